"""What operations may count in the ledger: last proofs of journals, and how many budgets and funds there are."""

from prometheus_client import Gauge

from braid.kit.measures import Measure

_EVERY_S = 300.0

_APART = Gauge(
    "braid_ledger_debits_less_credits_pence",
    "Debits less credits, each stream's without its sign, summed at the last proof; anything but 0 is wrong.",
    ["service", "council"],
)
_IS_WHOLE = Gauge(
    "braid_ledger_journal_whole", "Whether the last proof found the journal whole: 1, else 0.", ["service", "council"]
)
_PROVED_TO = Gauge(
    "braid_ledger_proved_to_sequence", "The last entry that is known to be as it was written.", ["service", "council"]
)
_PROVED_AT = Gauge(
    "braid_ledger_proved_timestamp_seconds",
    "When the journal was last proved; 0 if never.",
    ["service", "council"],
)
_BUDGETS = Gauge("braid_budgets", "Budgets opened.", ["service"])
_FUNDS = Gauge("braid_funds_open", "Open funds: budgets that a stream has a part in.", ["service", "stream"])

#: The journals that there are, with the latest proof of each; one that was never proved shows as such.
_PROOFS = """
SELECT
    h.council, coalesce(p.apart_pence, 0) AS apart, coalesce(p.is_whole, TRUE)::integer AS whole,
    coalesce(p.proved_to, 0) AS proved_to, coalesce(extract(epoch FROM p.proved_at), 0) AS proved_at
FROM (SELECT DISTINCT council FROM chain_head) AS h
LEFT JOIN LATERAL (
    SELECT * FROM journal_proof AS j WHERE j.council = h.council ORDER BY j.proved_at DESC LIMIT 1
) AS p ON TRUE
"""

MEASURES = (
    Measure(
        "proofs",
        _PROOFS,
        {"apart": _APART, "whole": _IS_WHOLE, "proved_to": _PROVED_TO, "proved_at": _PROVED_AT},
        labels=("council",),
    ),
    Measure("budgets", "SELECT count(*) AS budgets FROM budget", {"budgets": _BUDGETS}, every_s=_EVERY_S),
    Measure(
        "funds",
        "SELECT stream, count(*) AS funds FROM fund WHERE closed_on IS NULL GROUP BY stream",
        {"funds": _FUNDS},
        labels=("stream",),
        every_s=_EVERY_S,
    ),
)
