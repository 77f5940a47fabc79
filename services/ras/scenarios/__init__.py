"""Scenarios that a council asks for over the API: kept first, worked out in a process of their own, told when done.

Only that process imports the analysis packages; the service itself starts and answers without them.
"""
