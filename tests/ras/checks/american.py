"""Case rows of the American schemes, through the same engine as every other table."""

from collections.abc import Callable, Mapping
from typing import Any

from services.ras.domain.allocation import AgreedNeed, allocate
from services.ras.domain.points import net_points, score
from services.ras.domain.sensitivity import next_answers
from services.ras.domain.sums import rounded_half_up
from services.ras.domain.tables import SquareOfASum
from tests.ras.american_tables import ITEMS
from tests.ras.material import a_table

Given = Mapping[str, Any]


def florida(given: Given) -> Given:
    table = a_table("florida")
    assert isinstance(table.money, SquareOfASum)
    net = net_points(table.scoring, _florida_answers(given), {}, None)
    exact = table.money.exact_pence_per_year(net)
    assert exact is not None
    return {"sum": f"{float(table.money.base + net):.4f}", "cents_per_year": rounded_half_up(exact)}


def birthday(given: Given) -> Given:
    """What the next answer up would move, and whether it is told as a cliff."""
    steps = {
        step.question_id: step
        for step in next_answers(a_table("florida"), AgreedNeed(_florida_answers(given), {}, None))
    }
    return {"cents_per_year": steps["age"].pence_per_year, "is_cliff": steps["age"].is_cliff}


def one_point(given: Given) -> Given:
    """What the same step of the same item is worth to several people."""
    worths = []
    for person in given["people"]:
        before = florida({**given["common"], **person})["cents_per_year"]
        more = [*given["common"]["items"]]
        more[list(ITEMS).index(given["item"])] += 1
        worths.append(florida({**given["common"], **person, "items": more})["cents_per_year"] - before)
    return {"differ": len(set(worths)) == len(worths), "cents_per_year": worths}


def washington(given: Given) -> Given:
    table = a_table(given["table"])
    least = {
        question.question_id: (() if question.counting == "add" else (question.choices[0].code,))
        for question in table.scoring.questions
    }
    answers = {**least, **{name: tuple(codes) for name, codes in given["answers"].items()}}
    scored = score(table.scoring, answers, {}, None)
    exact = table.money.exact_pence_per_year(scored.net)
    allocation = allocate(table, {name: codes for name, codes in answers.items() if codes}, {}, None)
    assert sum(share.points_net_thousandths for share in allocation.points_explanation) == scored.net * 1000
    return {"points": str(scored.net), "hours": float(scored.net), "cents_per_year": exact, "level": exact}


def _florida_answers(given: Given) -> dict[str, tuple[str, ...]]:
    age = given["age"]
    group = "under_21" if age < 21 else "from_21_to_30" if age < 31 else "from_31"
    items = {item: (f"n{value}",) for item, value in zip(ITEMS, given["items"], strict=True)}
    sums = {"fsum": (f"n{given['fsum']}",), "bsum": (f"n{given['bsum']}",)}
    return {"setting": (given["setting"],), "age": (group,), **sums, **items}


KINDS: Mapping[str, Callable[[Given], Given]] = {
    "florida": florida,
    "birthday": birthday,
    "one_point": one_point,
    "washington": washington,
}
