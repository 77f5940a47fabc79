"""One person out of a population, as the domain takes them: for what too few share to be worked out once for many."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from services.ras.domain.allocation import AgreedNeed
from services.ras.domain.costed_lines import SupportNeed
from services.ras.population.people import AND, Coded, People
from services.ras.simulation.weeks import day_profiles

WILLING_WORDS: Mapping[str, bool | None] = {"yes": True, "no": False, "not_asked": None}


def agreed_need(people: People, row: int) -> AgreedNeed:
    """What one row says."""
    return AgreedNeed(
        answers=_answers(people.answers, row),
        informal_help={domain: column.word(row) for domain, column in people.informal_help.items()},
        willing_and_able=WILLING_WORDS[people.willing_and_able.word(row)],
        specialist_support=[
            SupportNeed(code, code, int(minutes[row]))
            for code, minutes in people.specialist_minutes_per_day.items()
            if minutes[row]
        ],
        day_profiles=day_profiles({kind: int(days[row]) for kind, days in people.days_per_week.items()}),
        answers_by_day={
            kind: told for kind, columns in people.answers_by_day.items() if (told := _answers(columns, row))
        },
    )


def rows_with_days_of_their_own(people: People) -> Iterator[int]:
    """Rows that tell how the answers of a kind of day that comes differ."""
    told = np.zeros(len(people), np.bool_)
    for kind, columns in people.answers_by_day.items():
        comes = people.days_per_week[kind] > 0 if kind in people.days_per_week else np.zeros(len(people), np.bool_)
        for column in columns.values():
            told |= comes & ~column.is_word("")
    yield from np.flatnonzero(told).tolist()


def _answers(columns: Mapping[str, Coded], row: int) -> Mapping[str, Sequence[str]]:
    return {question: word.split(AND) for question, column in columns.items() if (word := column.word(row))}
