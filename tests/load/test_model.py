"""The load model says what each of its figures rests on, and its sums are right."""

from itertools import chain

import pytest

from tests.load.model import KINDS, Model, read_model


@pytest.fixture
def model() -> Model:
    return read_model()


def test_every_figure_says_what_it_rests_on(model: Model) -> None:
    figures = chain(model.figures.values(), model.hours.values(), (figure for _, figure in model.acts.values()))
    for figure in figures:
        assert figure.kind in KINDS
        assert figure.about
        assert (figure.source is None) == (figure.kind in ("ours", "unconfirmed")), figure


def test_every_source_that_is_named_is_told(model: Model) -> None:
    named = {figure.source for figure in model.figures.values()} | {figure.source for _, figure in model.acts.values()}
    assert named - {None} <= set(model.sources)


def test_as_many_people_come_in_a_year_as_leave(model: Model) -> None:
    people, at_the_end = model.figures["people_in_the_year"].value, model.figures["people_at_the_end"].value
    assert round((people - at_the_end) / people, 2) == model.figures["new_share"].value


def test_england_is_its_councils(model: Model) -> None:
    england, average = model.sizes["england"], model.sizes["average"]
    assert england.councils == model.figures["councils"].value
    assert average.budgets == round(england.budgets / england.councils)
    assert model.sizes["region"].budgets == average.budgets * model.sizes["region"].councils


def test_a_busiest_hour_has_its_share_of_the_year(model: Model) -> None:
    average = model.sizes["average"]
    in_the_hour = model.acts_in_the_busiest_hour(average)["record_read_by_a_system"]
    in_the_year = model.acts_a_year()["record_read_by_a_system"] * average.budgets
    assert in_the_hour * model.working_hours / model.hours["peak"].value == pytest.approx(in_the_year)
