"""A decision as a letter: what was decided and by whom, the money, the tests and sums one by one, and what follows.

Everything in it is in the decision already; this only puts it into sentences, with sums to the penny, days as people
write them, and no codes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from textwrap import fill

from services.funding_streams.domain.decision import (
    AwardLine,
    Cadence,
    Decision,
    FigureUsed,
    MoneyKind,
    Outcome,
    PermittedUse,
    Status,
    Term,
    TermKind,
    TraceStep,
)
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.money import half_up, in_pounds

LINE_LENGTH = 100

#: How the name of a council's choice begins among the figures.
LOCAL = "council."

_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.PASSED: "Met",
    Outcome.FAILED: "Not met",
    Outcome.WORKED_OUT: "Worked out",
    Outcome.MISSING: "Still needed",
    Outcome.NOTED: "Noted",
}
_CADENCES: Mapping[Cadence, str] = {
    Cadence.FOUR_WEEKLY_IN_ADVANCE: "It is paid every four weeks, in advance.",
    Cadence.FOUR_WEEKLY: "It is paid every four weeks.",
    Cadence.ARREARS_ON_RECEIPTS: "It is paid afterwards, on receipts.",
    Cadence.ON_COMPLETION: "It is paid when the work is done.",
    Cadence.IN_KIND: "It is given as things, not as money; the sums say what they are worth.",
}
_A_LINE_IS: Mapping[MoneyKind, str] = {
    MoneyKind.WEEKLY: "a week",
    MoneyKind.YEARLY: "a year",
    MoneyKind.ONE_OFF: "once",
    MoneyKind.REIMBURSABLE: "paid back on receipts",
    MoneyKind.IN_KIND: "given as things",
}
_TERMS: Mapping[TermKind, str] = {
    TermKind.TELLS_FUNDER: "What must be told",
    TermKind.DECISION_TIME_LIMIT: "How long a decision may take",
    TermKind.REVIEW: "Review",
    TermKind.REPAYMENT: "Repayment",
    TermKind.PAYMENT: "Payment",
    TermKind.RECORDS: "Records",
}

#: What a step's text ends in where a figure is not confirmed; the letter tells it of the figure itself.
_UNCONFIRMED_TAIL = re.compile(r"\s*Not yet confirmed in a source: [^ ]+(?:, [^ ]+)*\.$")
_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PENCE = re.compile(r"^(\d+)(?:/(\d+))? pence\b")
_PERCENT = re.compile(r"^(\d+) percent\b")
_BARE_COUNT = re.compile(r"^(\d+) (?:count|hours|months|years)\b")
_IS_CODE = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@dataclass(frozen=True)
class Words:
    """What codes are in words: facts by what they mean, uses by what they are called."""

    facts: Mapping[str, str]
    uses: Mapping[str, str]


def explained(decision: Decision, words: Words) -> str:
    """Return the decision as plain text, in paragraphs of lines of at most 100 characters."""
    sections = [
        (decision.stream_label, [f"Worked out with the law and the figures of {in_words(decision.rules_as_of)}."]),
        ("What was decided", list(_decided(decision))),
        ("The money, line by line", [_line(line) for line in decision.lines]),
        ("What is still needed", [f"- {_meaning(name, words)}" for name in decision.missing_facts]),
        ("How this was worked out", list(_steps(decision.trace))),
        ("What is not confirmed yet", list(_unconfirmed(decision))),
        ("What the money may be used for", [_use(use, words) for use in decision.permitted_uses]),
        ("Who may not be paid", [f"- {bar.text} Source: {bar.citation}." for bar in decision.payee_bars]),
        ("Conditions", [f"- {condition}" for condition in decision.conditions]),
        ("What else holds", [_term(term) for term in decision.terms if term.kind is not TermKind.CHALLENGE]),
        ("If you do not agree", list(_challenge(decision))),
    ]
    return "\n\n".join(_section(title, lines) for title, lines in sections if lines) + "\n"


def plain(text: str) -> str:
    """Return a sentence of a decision without codes of figures and with its days in words."""
    return _ISO_DATE.sub(lambda found: in_words(date.fromisoformat(found.group())), _UNCONFIRMED_TAIL.sub("", text))


def figure_in_words(figure: FigureUsed) -> str:
    """Return a figure's value as people write it: in pounds, per cent, days or words.

    A rule of law that is no number has a code for a value, which says nothing beside its meaning: that is left out.
    """
    value = figure.value
    if _IS_CODE.fullmatch(value) and not figure.name.startswith(LOCAL):
        return ""
    if value in ("True", "False", "None"):
        return {"True": "yes", "False": "no", "None": "none"}[value]
    value = _PENCE.sub(lambda found: _pounds(found[1], found[2]), value)
    value = _PERCENT.sub(lambda found: f"{found[1]}%", value)
    value = _BARE_COUNT.sub(lambda found: found[1] if found[0].endswith("count") else found[0], value)
    value = _ISO_DATE.sub(lambda found: in_words(date.fromisoformat(found.group())), value)
    return _CODE.sub(lambda found: found.group().replace("_", " "), value)


def _pounds(whole: str, part: str | None) -> str:
    return in_pounds(Fraction(int(whole), int(part or 1)))


def _section(title: str, lines: Sequence[str]) -> str:
    wrapped = "\n".join(_wrapped(line) for line in lines)
    return f"{title}\n{'-' * len(title)}\n{wrapped}"


def _wrapped(line: str) -> str:
    """Wrap a line; what it goes on with stands under its text, not under its mark."""
    indent = len(line) - len(line.lstrip(" "))
    mark = re.match(r"(- |\d+\. )", line[indent:])
    hanging = " " * (indent + (len(mark.group()) if mark else 0))
    return fill(line, LINE_LENGTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def _decided(decision: Decision) -> Iterator[str]:
    who = decision.decided_by
    if decision.status is Status.UNDECIDED:
        yield "Nothing is decided yet. What is still needed is said below."
        return
    if decision.status is Status.NOT_ELIGIBLE:
        yield "There is no award."
        failed = [plain(step.text) for step in decision.trace if step.outcome is Outcome.FAILED]
        yield from (f"- {text}" for text in failed)
        yield f"Who decides: {_sentence(who)}"
        return
    if decision.status is Status.INDICATIVE:
        yield f"By its rules this stream would make the award below. Who decides: {who}. Until then it cannot be spent."
    else:
        yield f"There is an award. Who decided: {_sentence(who)}"
    yield from _sums(decision)


def _sums(decision: Decision) -> Iterator[str]:
    amount, share = decision.amount_pence, decision.contribution_pence
    weekly = f" That is {in_pounds(decision.pence_per_week)} a week." if decision.pence_per_week else ""
    span = f"from {in_words(decision.starts_on)} to {in_words(decision.ends_on)}"
    yield f"It comes to {in_pounds(amount)} in all, {span}.{weekly}"
    if not share:
        yield "The person pays nothing towards it."
    else:
        each_week = f", {in_pounds(half_up(decision.weekly_contribution))} a week" if weekly else ""
        rest = f"the stream pays {in_pounds(amount - share)}"
        yield f"Of this the person pays {in_pounds(share)}{each_week}; {rest}."
    yield _CADENCES[decision.cadence]
    if decision.partner_decision:
        yield f"The decision-maker's own reference is {decision.partner_decision}."


def _line(line: AwardLine) -> str:
    over = f"; {in_pounds(line.amount_pence)} over the whole award" if line.amount_pence != line.pence else ""
    return f"- {line.text}: {in_pounds(line.pence)} {_A_LINE_IS[line.money]}{over}."


def _steps(trace: Sequence[TraceStep]) -> Iterator[str]:
    told: dict[FigureUsed, int] = {}
    for number, step in enumerate(trace, start=1):
        yield f"{number}. {_OUTCOMES[step.outcome]}. {plain(step.text)}"
        for figure in step.figures:
            first = told.setdefault(figure, number)
            yield f"   - {_figure(figure) if first == number else f'{_figure_meaning(figure)} As in step {first}.'}"


def _figure(figure: FigureUsed) -> str:
    value = figure_in_words(figure)
    here = f" Here: {_sentence(value)}" if value else ""
    doubt = " Not confirmed in a source yet." if figure.unconfirmed else ""
    return f"{_figure_meaning(figure)}{here} Source: {_sentence(figure.citation)}{doubt}"


def _figure_meaning(figure: FigureUsed) -> str:
    return _sentence(figure.meaning or figure.name.rpartition(".")[2].replace("_", " ").capitalize())


def _unconfirmed(decision: Decision) -> Iterator[str]:
    if not decision.unconfirmed:
        return
    yield "This rests on figures that no source has confirmed to us yet. They may turn out to be others:"
    meanings = {figure.name: figure.meaning for step in decision.trace for figure in step.figures if figure.meaning}
    for name in decision.unconfirmed:
        yield f"- {_sentence(meanings.get(name) or name.rpartition('.')[2].replace('_', ' ').capitalize())}"


def _use(use: PermittedUse, words: Words) -> str:
    label = words.uses.get(use.use, use.use.replace(".", " ").replace("_", " "))
    condition = f" {use.condition}" if use.condition else ""
    return f"- {_sentence(label[:1].upper() + label[1:])}{condition}"


def _term(term: Term) -> str:
    due = f" By {in_words(term.due_on)}." if term.due_on else ""
    doubt = " Not confirmed in a source yet." if term.unconfirmed else ""
    return f"- {_TERMS[term.kind]}: {_sentence(plain(term.text))}{due} Source: {_sentence(term.citation)}{doubt}"


def _challenge(decision: Decision) -> Iterator[str]:
    told = [term for term in decision.terms if term.kind is TermKind.CHALLENGE]
    for term in told:
        due = f" By {in_words(term.due_on)}." if term.due_on else ""
        yield f"- {_sentence(plain(term.text))}{due} Source: {_sentence(term.citation)}"
    if not told and decision.status is not Status.UNDECIDED:
        yield f"Ask whoever decided to look at it again: {_sentence(decision.decided_by)}"


def _meaning(name: str, words: Words) -> str:
    return _sentence(words.facts.get(name) or name.replace("_", " ").capitalize())


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
