"""A million people through one table, and one person explained; beside OpenFisca-core on the same rule where it is.

OpenFisca-core is under the AGPL and no part of Braid, so it is measured in an environment of its own:

    python -m venv /tmp/openfisca && /tmp/openfisca/bin/pip install "openfisca-core==46.*"
    python -m tests.bench population --openfisca /tmp/openfisca/bin/python
"""

import json
import resource
import subprocess
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from services.ras.domain.allocation import AllocationTable, allocate
from services.ras.domain.points import ScoredQuestion, Scoring, score
from services.ras.domain.tables import LinearBetweenKnots
from services.ras.named_tables import named_table
from services.ras.population.people import AND, People
from services.ras.population.synthetic import synthetic_people
from services.ras.simulation.scenario import in_chunks
from services.ras.simulation.scoring import WILLING
from tests.bench.figures import milliseconds, percentile

PEOPLE = 1_000_000
#: Points alone; and the same with good and bad days and the costed hours of everybody.
TABLES = ("example-council:1", "example-council:2")
TIMES = 5
EXPLAINED = 2_000
SECONDS_MOST = 2
MEGABYTES_MOST = 1_000
RULE = Path(__file__).with_name("openfisca_rule.py")


def run(*, people: int = PEOPLE, openfisca: str = "") -> None:
    """Print seconds and memory; with an interpreter that has OpenFisca-core, its own beside them."""
    if not openfisca:
        print(f"OpenFisca-core is not measured. {(__doc__ or '').split(chr(10), 2)[2]}")
    for name in TABLES:
        _one_table(named_table(name).table, people, openfisca if name == TABLES[0] else "")


def _one_table(table: AllocationTable, people: int, openfisca: str) -> None:
    everybody = synthetic_people(table.scoring, {}, people, seed=1)
    wall, core = zip(*(_timed(lambda: in_chunks(table, everybody)) for _ in range(TIMES)), strict=True)
    told = f"{people:,} people through {table.table_id} version {table.version}"
    print(f"{told}: median {percentile(wall, 0.5):.2f} s   (promise: under {SECONDS_MOST})")
    print(f"  of one core: {percentile(core, 0.5):.2f} s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  largest memory so far, making the people up included: {most:.0f} MB   (promise: under {MEGABYTES_MOST})")
    print(f"  one person explained, of one core: {milliseconds(_explained(table, everybody))}   (promise: under 2 ms)")
    if openfisca:
        _beside_openfisca(table, everybody, openfisca, percentile(core, 0.5))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, core = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - core


def _explained(table: AllocationTable, people: People) -> list[float]:
    cases = [_one(people, row) for row in range(min(EXPLAINED, len(people)))]
    return [_timed(lambda case=case: allocate(table, *case))[1] for case in cases]  # type: ignore[misc]


def _one(people: People, row: int) -> tuple[dict[str, list[str]], dict[str, str], bool]:
    answers = {name: column.values[column.codes[row]].split(AND) for name, column in people.answers.items()}
    given_help = {name: column.values[column.codes[row]] for name, column in people.informal_help.items()}
    return answers, given_help, bool(people.willing_and_able.codes[row] == 0)


def _beside_openfisca(table: AllocationTable, people: People, python: str, ours: float) -> None:
    """The same people, answers, points, help and sums; both are asked for the sum of everybody."""
    with tempfile.TemporaryDirectory() as folder:
        _write_rule(table, people, Path(folder))
        done = subprocess.run([python, str(RULE), folder, str(TIMES)], capture_output=True, text=True, check=True)
        theirs = json.loads(done.stdout)
        pounds = np.load(Path(folder) / "sums.npy")
    figures = in_chunks(table, people)
    stands = figures.calculated
    off = np.abs(pounds[stands] * 100 - figures.pence_per_year[stands])
    print(f"OpenFisca-core {theirs['version']}: median {theirs['seconds']:.2f} s of one core")
    print(f"  ours takes {ours / theirs['seconds']:.2f} times as long; its sums are off by up to {off.max():.2f} pence")
    print(f"  {(off >= 1).mean():.1%} of them by a penny or more: it works in 32-bit numbers, ours is exact")


def _write_rule(table: AllocationTable, people: People, folder: Path) -> None:
    money = table.money
    assert isinstance(money, LinearBetweenKnots), "the example council's table"
    columns = {f"answer_{name}": column.codes for name, column in people.answers.items()}
    columns |= {f"help_{name}": column.codes for name, column in people.informal_help.items()}
    columns["willing"] = people.willing_and_able.is_word(WILLING).astype(np.int32)
    for name, column in columns.items():
        np.save(folder / f"{name}.column.npy", column)
    points = {
        asked.question_id: [_points(asked, value) for value in people.answers[asked.question_id].values]
        for asked in table.scoring.questions
    }
    rule = {
        "domains": {
            domain: [asked.question_id for asked in table.scoring.questions if asked.domain == domain]
            for domain in table.scoring.domains
        },
        "points": points,
        "left": [float(left) for left in table.scoring.help_multipliers.values()],
        "knots": [float(knot.points) for knot in money.knots],
        "pounds": [float(knot.pence_per_year) / 100 for knot in money.knots],
    }
    (folder / "rule.json").write_text(json.dumps(rule))


def _points(asked: ScoredQuestion, answer: str) -> float:
    alone = Scoring({asked.domain: asked.domain}, (asked,), {"none": Fraction(1)})
    return float(score(alone, {asked.question_id: answer.split(AND)}, {}, None).gross)
