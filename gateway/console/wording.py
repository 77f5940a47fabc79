"""Money, dates and codes as people read them; a code that we do not know yet is shown in words rather than refused."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from braid.contracts.facts import CATALOGUE
from braid.contracts.uses_in_words import USES_IN_WORDS
from braid.kit.identity import Role

#: Councils whose name we know; others are named by their code.
COUNCILS: Mapping[str, str] = {"E10009999": "the example council"}

ROLES: Mapping[str, str] = {
    Role.PRACTITIONER: "practitioner",
    Role.APPROVER: "approver",
    Role.FINANCE_OFFICER: "finance officer",
    Role.AUDITOR: "auditor",
    Role.BUDGET_HOLDER: "budget holder",
    Role.DELEGATE: "delegate",
    Role.SYSTEM: "system",
    Role.PARTNER: "partner agency",
    Role.OPERATIONS: "operations",
}

#: What an authority to act makes of its holder.
AUTHORITIES: Mapping[str, str] = {
    "health_and_welfare_attorney": "Attorney for health and welfare",
    "property_and_affairs_attorney": "Attorney for property and affairs",
    "enduring_attorney": "Attorney under an enduring power",
    "welfare_deputy": "Deputy for welfare",
    "property_deputy": "Deputy for property and affairs",
    "appointee": "Appointee",
    "advocate": "Advocate",
    "nominated_person": "Nominated person",
    "authorised_person": "Authorised person",
    "helper": "Helper",
}

#: What somebody decides or does in a person's place.
ACTED_ON: Mapping[str, str] = {
    "assessment": "the assessment",
    "care_and_support": "care and support",
    "money": "money",
    "direct_payment": "direct payments",
    "benefits": "benefits",
}

#: Streams where their label is not carried, as in the journal; one that is not here is named by its code in words.
STREAMS: Mapping[str, str] = {
    "adult_social_care": "Adult social care",
    "supporting_people": "Supporting People",
    "independent_living_fund": "Independent Living Fund",
    "access_to_work": "Access to Work",
    "disabled_facilities_grant": "Disabled Facilities Grant",
    "community_equipment": "Community equipment",
}

KINDS_OF_DAY: Mapping[str, str] = {"good": "A good day", "other": "A usual day", "bad": "A bad day"}

#: In which role somebody settled a final figure.
SETTLED_BY: Mapping[str, str] = {"practitioner": "a practitioner", "approver": "an approver"}

#: Why a final figure may be lower than one that was assessed.
GROUNDS: Mapping[str, str] = {
    "less_need": "The needs were assessed again and are less",
    "help_by_others": "Somebody named, who agreed to it, helps instead",
    "lower_price": "The same support costs less",
    "met_by_other_money": "Other money meets part of the needs",
}

#: What a price is for one of.
UNITS: Mapping[str, str] = {
    "hour": "Hour",
    "quarter_hour": "Quarter of an hour",
    "session": "Session",
    "day": "Day",
    "night": "Night",
    "journey": "Journey",
    "week": "Week",
}

USER_GROUPS: Mapping[str, str] = {
    "older_people": "Older people",
    "physical_or_sensory_impairment": "People with a physical or sensory impairment",
    "learning_disability": "People with a learning disability",
    "mental_health": "People with mental ill health",
}

STATUSES: Mapping[str, str] = {
    "confirmed": "Confirmed",
    "indicative": "Indicative",
    "not_eligible": "Not eligible",
    "undecided": "Not decided yet",
}

STAGES: Mapping[str, str] = {
    "case_open": "Case open",
    "waiting_for_agreement": "Waiting for agreement",
    "waiting_for_allocation": "Waiting for the allocation",
    "waiting_for_decisions": "Waiting for decisions",
    "waiting_for_a_person": "Waiting for a person to look",
    "no_award": "No award",
    "ready_to_plan": "Ready to plan",
    "planning": "Planning",
    "waiting_for_approval": "Waiting for the plan’s approval",
    "amendment_asked": "A change to the plan is asked for",
    "refused": "The plan was refused",
    "waiting_for_agreements": "Waiting for signatures",
    "waiting_for_the_money": "Waiting for the first payment",
    "in_receipt": "In receipt",
    "withdrawn": "Withdrawn",
}

MILESTONES: Mapping[str, str] = {
    "case_opened": "The case was opened",
    "assessment_submitted": "The assessment was handed in",
    "assessment_agreed": "The assessment was agreed",
    "allocation_calculated": "The indicative allocation was worked out",
    "awards_decided": "The funding streams decided",
    "budget_opened": "The budget was opened",
    "plan_begun": "A support plan was begun",
    "plan_submitted": "The plan was handed in",
    "plan_approved": "The plan was approved",
    "agreements_signed": "What the holding of the money needs was signed",
    "first_payment": "The first payment was made",
}

CADENCES: Mapping[str, str] = {
    "four_weekly_in_advance": "Every four weeks, in advance",
    "four_weekly": "Every four weeks",
    "arrears_on_receipts": "Afterwards, on receipts",
    "on_completion": "When the work is done",
    "in_kind": "Given as things, not money",
}

#: How a line of an award is paid.
MONEY: Mapping[str, str] = {
    "weekly": "every week",
    "yearly": "every year",
    "one_off": "once",
    "reimbursable": "paid back on receipts",
    "in_kind": "given as things",
}

#: Terms of a decision, in the order in which they are told.
TERMS: Mapping[str, str] = {
    "decision_time_limit": "When it must be decided",
    "payment": "How it is paid",
    "records": "What to keep",
    "review": "When it is looked at again",
    "repayment": "When money must be paid back",
    "tells_funder": "What the funder is told",
    "challenge": "How to challenge it",
}

ACCOUNTS: Mapping[str, str] = {
    "fund.available": "Held for the person",
    "fund.committed": "Held for what has been agreed",
    "fund.advanced": "Paid to the person's account, not yet accounted for",
    "fund.paid": "Spent",
    "fund.recovered": "Taken back after a decision",
    "funder.receivable": "Owed by the funder",
    "person.contribution_receivable": "Owed by the person as their own share",
    "person.recovery_receivable": "To be paid back by the person, as decided",
    "council.payments_control": "Paid out for the person",
    "council.bank": "The council's bank",
    "council.written_off": "Written off, at the council's cost",
}

#: The same accounts, summed over the council's people.
COUNCIL_ACCOUNTS: Mapping[str, str] = {
    **ACCOUNTS,
    "fund.available": "Held for people",
    "fund.advanced": "Paid to people's accounts, not yet accounted for",
    "person.contribution_receivable": "Owed by people as their own share",
    "person.recovery_receivable": "To be paid back by people, as decided",
    "council.payments_control": "Paid out for people",
}

#: What became of a test or sum.
OUTCOMES: Mapping[str, str] = {
    "passed": "Met",
    "failed": "Not met",
    "worked_out": "Worked out",
    "missing": "Still needed",
    "noted": "Noted",
}

#: Parts of a whole budget, as a person would ask for them.
PARTS: Mapping[str, str] = {
    "person": "the name and the details of the case",
    "progress": "where the budget has got to",
    "allocation": "how the allocation was worked out",
    "awards": "what each stream decided and why",
    "budget": "the budget and its sums",
    "entries": "the journal entries",
}

USES: Mapping[str, str] = {use.value: words for use, words in USES_IN_WORDS.items()}

_UNCONFIRMED_TAIL = re.compile(r"\s*Not yet confirmed in a source: [^ ]+(?:, [^ ]+)*\.$")
_UNIT_TAIL = re.compile(r"_pence(_per_(week|hour))?$")
_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PENCE = re.compile(r"(\d+) pence")
_PERCENT = re.compile(r"(\d+) percent")
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")


WEEKS_PER_YEAR = 52


def _uk_time() -> tzinfo:
    try:
        return ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        return UTC  # The zone is named beside each time, so it is still right.


UK_TIME = _uk_time()


def named(table: Mapping[str, str], code: str) -> str:
    """A code's words from a table, or else the code itself with its punctuation taken out."""
    return table.get(code) or sentence(re.sub(r"[._]+", " ", code))


def sentence(text: str) -> str:
    """Text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def whole_sentence(text: str) -> str:
    """Text with a capital at its beginning and a stop at its end."""
    return sentence(text) if text.endswith((".", "?", "!")) else f"{sentence(text)}."


def inside(text: str) -> str:
    """A sentence as it goes on after a colon."""
    return text[:1].lower() + text[1:]


def pounds(pence: int) -> str:
    """Pence as pounds, with commas."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def points(thousandths: int) -> str:
    """Points, without needless zeros."""
    return f"{thousandths / 1000:,.3f}".rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def a_week(pence_per_year: int) -> int:
    """A year's pence as a week's, half a penny up; a year has 52 weeks, as in the allocation itself."""
    return (2 * pence_per_year + WEEKS_PER_YEAR) // (2 * WEEKS_PER_YEAR)


def moved(pence: int) -> str:
    """A change in pence as pounds, with its sign."""
    return f"+{pounds(pence)}" if pence > 0 else pounds(pence)


def day(value: str | date) -> str:
    """A date as in 22 November 2026."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{on.day} {on:%B %Y}"


def period(first: str, last: str) -> str:
    """Days from one to another, as in 1 June 2009 to 28 June 2009."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def on_day(value: str) -> str:
    """The day of a moment in UK time, as in 22 November 2026."""
    return day(datetime.fromisoformat(value).astimezone(UK_TIME).date())


def moment(value: str) -> str:
    """A moment in UK time, as in 22 November 2026, 5:30pm GMT."""
    at = datetime.fromisoformat(value).astimezone(UK_TIME)
    return f"{day(at.date())}, {at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'} {at:%Z}"  # noqa: PLR2004


def listed(items: list[str]) -> str:
    """Items in one line, as in a, b and c."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def told(text: str) -> str:
    """A service's sentence with its dates and stream codes in words.

    The tail that names unconfirmed figures by code goes: the page marks each of those figures itself.
    """
    text = _UNCONFIRMED_TAIL.sub("", text)
    for code, name in STREAMS.items():
        text = text.replace(code, name)
    return _ISO_DATE.sub(lambda found: day(found.group()), text)


def figure_name(name: str) -> str:
    """A figure's name in a rule file, such as benefits.income_support_single, as words."""
    return sentence(name.rpartition(".")[2].replace("_", " "))


def figure_value(value: str) -> str:
    """A figure's value as people write it: yes or no, pounds, per cent, dates and words."""
    value = {"True": "yes", "False": "no"}.get(value, value)
    value = _PENCE.sub(lambda found: pounds(int(found.group(1))), value)
    value = _PERCENT.sub(lambda found: f"{found.group(1)}%", value)
    value = _ISO_DATE.sub(lambda found: day(found.group()), value)
    return _CODE.sub(lambda found: found.group().replace("_", " "), value)


def fact(name: str) -> str:
    """What a fact that is still missing means; one that a stream declares for itself is named in words."""
    known = CATALOGUE.get(name)
    return known.meaning.rstrip(".") if known else named({}, _UNIT_TAIL.sub("", name))
