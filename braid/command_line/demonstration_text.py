"""A journey in words: what was worked out, what each stream decided and why, what the ledger holds."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 110
_PAID = {
    "weekly": "every week",
    "yearly": "every year",
    "one_off": "once",
    "reimbursable": "paid back on receipts",
    "in_kind": "in value, given as things",
}
_STATUS = {
    "confirmed": "confirmed",
    "indicative": "indicative, until it is confirmed it cannot be spent",
    "not_eligible": "not eligible",
    "undecided": "not decided yet",
}


def tell_journey(name: str, about: str, published: str, whole: Mapping[str, Any]) -> str:
    """One person's journey: allocation line by line, each stream's decision with its reasons, the budget."""
    return "\n".join(
        [
            "=" * WIDTH,
            f"{name}: {about}",
            *wrapped(f"Published: {published.strip()}", "  "),
            *_allocation(whole["allocation"]),
            *(line for award in whole["awards"]["awards"] for line in _award(award)),
            *_budget(whole),
            "",
        ]
    )


def tell_proof(proof: Mapping[str, Any]) -> str:
    """The ledger's proof that it balances."""
    lines = [
        "=" * WIDTH,
        "The ledger's proof",
        f"  {proof['entries']} journal entries, each whole and chained to the one before it:"
        f" {'the proof holds' if proof['holds'] else 'IT DOES NOT HOLD'}",
        f"  {'stream':<26}{'account':<34}{'balance':>16}",
    ]
    for balance in proof["trial_balance"]:
        lines.append(f"  {_named(balance['stream']):<26}{balance['account']:<34}{pounds(balance['balance_pence']):>16}")
    for stream, pence in proof["debits_less_credits_pence"].items():
        lines.append(f"  {_named(stream):<26}{'debits less credits':<34}{pounds(pence):>16}")
    if proof["difference"]:
        lines.append(f"  Entry {proof['broken_at']}: {proof['difference']}")
    return "\n".join(lines)


def pounds(pence: int) -> str:
    """Pence as pounds, with commas."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def _allocation(allocation: Mapping[str, Any]) -> Iterator[str]:
    points = allocation["points_thousandths"] / 1000
    yield ""
    if allocation["outcome"] == "needs_a_person":
        yield f"  Indicative allocation: {points:g} points; a person must look"
    else:
        yield f"  Indicative allocation: {points:g} points, {pounds(allocation['pence_per_year'])} a year"
    for line in allocation["lines"]:
        yield f"    {pounds(line['pence_per_year']):>12}  {line['text']}"
    for note in allocation["notes"]:
        yield from wrapped(f"- {note}", "    ")


def _award(award: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"  {award['stream_label']}: {_STATUS[award['status']]} (decided by {award['decided_by']})"
    if award["amount_pence"]:
        yield (
            f"    {pounds(award['amount_pence'])} from {award['starts_on']} to {award['ends_on']};"
            f" the person's own share {pounds(award['contribution_pence'])}"
        )
        for line in award["lines"]:
            yield f"    {pounds(line['pence']):>12}  {line['text']}, {_PAID.get(line['money'], line['money'])}"
    for step in award["trace"]:
        yield from wrapped(f"{_mark(step['outcome'])} {step['text']}", "    ")
        if any(figure["unconfirmed"] for figure in step["figures"]):
            yield "        (rests on a figure that is not yet confirmed in a source)"
    if award["missing_facts"]:
        yield from wrapped(f"Still needed: {', '.join(award['missing_facts'])}", "    ")


def _mark(outcome: str) -> str:
    return {"passed": "yes:", "failed": "no: ", "worked_out": "sum:", "missing": "?:  "}.get(outcome, "-   ")


def _budget(whole: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    budget = whole["budget"]
    if not budget:
        yield f"  No budget: {whole['progress']['waits_for']}"
        return
    yield (
        f"  One budget of {pounds(budget['total_pence'])}: {pounds(budget['confirmed_pence'])} confirmed,"
        f" {pounds(budget['indicative_pence'])} indicative"
    )
    labels = {award["stream"]: award["stream_label"] for award in whole["awards"]["awards"]}
    for fund in budget["funds"]:
        if fund["cadence"] == "in_kind":
            held = "the value of things; it is no money and not in the sum"
        else:
            held = f"ring-fenced; in the journal {pounds(fund['awarded_pence'])}"
        yield f"    {pounds(fund['amount_pence']):>14}  {labels[fund['stream']]}, {held}"


def _named(stream: str) -> str:
    return stream.replace("_", " ").capitalize()


def wrapped(text: str, indent: str) -> list[str]:
    """Return a text in lines of the demonstration's width."""
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent + "     ")
