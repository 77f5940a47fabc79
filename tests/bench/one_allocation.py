"""One person's explained allocation: both views, good and bad days, every pound by domain, the worth of each answer."""

from time import process_time

from services.ras.domain.allocation import AgreedNeed, AllocationTable, Outcome, allocate
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.sensitivity import worth_of_answers
from services.ras.named_tables import named_table
from tests.bench.figures import milliseconds

TIMES = 2_000
DAYS = (DayProfile("good", 3), DayProfile("other", 2), DayProfile("bad", 2))


def run() -> None:
    """Print milliseconds of one core, so that neighbours on the machine do not count."""
    table = named_table("example-council:2").table
    need = _somebody(table)
    taken = []
    for _ in range(TIMES):
        started = process_time()
        allocation = allocate(table, *need)
        worths = worth_of_answers(table, need)
        taken.append(process_time() - started)
    assert allocation.outcome is Outcome.CALCULATED
    assert len(worths) == len(table.scoring.questions)
    print(f"one person's explained allocation, of one core: {milliseconds(taken)}   (promise: under 2 ms)")


def _somebody(table: AllocationTable) -> AgreedNeed:
    """Some need everywhere, help everywhere, and three kinds of day: the most that there is to explain."""
    answers = {question.question_id: (question.choices[1].code,) for question in table.scoring.questions}
    return AgreedNeed(answers, dict.fromkeys(table.scoring.domains, "some"), True, (), DAYS)
