"""A short round: a fault of each of five kinds under load, and the proof. `make chaos` is the long one."""

from functools import partial
from pathlib import Path

import pytest

from tests.chaos.faults import Kind, in_turn, possible_kinds, schedule
from tests.chaos.run import Chaos
from tests.real_parts.kafka_broker import kafka_archives

#: Whose five faults are short, and hit what matters most: the gateway, the ledger and its database.
SEED = 355
KINDS = [Kind.KILL, Kind.PAUSE, Kind.KILL_BROKER, Kind.STOP_DATABASE, Kind.CUT_LINK]
COMMANDS = ["serve ras", "consume ras", "relay ras", "serve gateway"]


@pytest.fixture
def broker_can_be_had() -> None:
    """A broker that may be killed; without Java there is none, and that is said at the end of the suite."""
    kafka_archives()


@pytest.mark.kafka
@pytest.mark.xdist_group("chaos")
@pytest.mark.timeout(3_000)
@pytest.mark.usefixtures("broker_can_be_had")
async def test_what_was_accepted_is_there_once_after_five_kinds_of_faults(tmp_path: Path) -> None:
    """Patience is for a machine that does much else; how soon processes are ready is the long run's to say."""
    chaos = Chaos(SEED, tmp_path, print, ready_within_s=600, patience_s=900)

    outcome = await chaos.run(len(KINDS), len(KINDS), kinds=KINDS)

    assert outcome.wrong == []
    assert {fault.kind for fault in outcome.faults} == set(KINDS)
    assert outcome.totals["requests accepted, each there once"] > 0
    assert outcome.totals["budgets equal to a replay"] > 0


def test_a_seed_gives_the_same_faults_again_and_every_kind_once_before_any_twice() -> None:
    kinds = possible_kinds(disks_are_small=True)
    asked = partial(schedule, commands=COMMANDS, links=["ras-broker", "gateway-ras"], kinds=kinds)

    faults = asked(3, 200)

    assert faults == asked(3, 200)
    assert faults[:50] == asked(3, 50)
    assert faults != asked(4, 200)
    assert {fault.kind for fault in faults[: len(kinds)]} == set(kinds)


def test_two_faults_at_a_time_are_not_done_to_the_same_thing() -> None:
    kinds = possible_kinds(disks_are_small=True)
    faults = schedule(5, 400, commands=COMMANDS, links=["ras-broker", "gateway-ras"], kinds=kinds)

    turns = in_turn(faults)

    assert [fault for turn in turns for fault in turn] == faults
    assert {len(turn) for turn in turns} == {1, 2}
    assert all(one.place != other.place for one, other in (turn for turn in turns if len(turn) == 2))
