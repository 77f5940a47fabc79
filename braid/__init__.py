"""Braid: individual budgets in social care, made of several funding streams.

What the services share is here and nowhere else: the event contracts (`braid.contracts`), the technical kit
(`braid.kit`) and the command line (`braid.command_line`).
"""
