"""Random histories: after each step the ledger stands as a tiny model says (tests.ledger.proof.histories)."""

import pytest

from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.histories import STEPS_A_HISTORY, History

HISTORIES = 4


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_a_random_history_leaves_what_the_model_says(ledger: LedgerUnderTest, seed: int) -> None:
    history = History(ledger, seed)

    await history.run(STEPS_A_HISTORY)

    assert history.told["posted"] > STEPS_A_HISTORY / 5, history.told
    assert len(history.told) > 22, f"the histories reach too little: {sorted(history.told)}"
