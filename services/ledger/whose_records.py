"""Whose record the ids in addresses and bodies belong to, for access records."""

from braid.kit.access_records import Whose

WHOSE: Whose = {
    "budget_id": "SELECT person_id FROM budget WHERE budget_id = ANY(:ids)",
    "entry_id": "SELECT person_id FROM budget JOIN journal_entry USING (budget_id) WHERE entry_id = ANY(:ids)",
    "fund_id": "SELECT person_id FROM budget JOIN fund USING (budget_id) WHERE fund_id = ANY(:ids)",
    "payee_id": "SELECT person_id FROM budget JOIN payee USING (budget_id) WHERE payee_id = ANY(:ids)",
    "schedule_id": "SELECT person_id FROM payment_schedule WHERE schedule_id = ANY(:ids)",
    "due_id": "SELECT person_id FROM payment_due WHERE due_id = ANY(:ids)",
    "stop_id": "SELECT person_id FROM budget JOIN payment_stop USING (budget_id) WHERE stop_id = ANY(:ids)",
    "recovery_id": "SELECT person_id FROM recovery WHERE recovery_id = ANY(:ids)",
}
