"""Personal health budgets of the NHS."""

from services.funding_streams.streams.personal_health_budget.rules import PersonalHealthBudget

ADAPTER = PersonalHealthBudget()

__all__ = ["ADAPTER"]
