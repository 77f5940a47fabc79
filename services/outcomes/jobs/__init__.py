"""Evaluations and statutory returns that a council asks for: kept first, worked out in processes of their own."""
