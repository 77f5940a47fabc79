"""A person's budget through a platform in containers, from the first answer to the money in the ledger."""

from braid.command_line.demonstration import example_people, make_journey
from braid.kit.identity import Role

from .realm import Realm

#: How long events may take on a machine on which thirty containers have just started, in seconds.
PATIENCE_S = 600


async def open_a_budget(url: str, realm: Realm, *, reference: str) -> None:
    """Assess a person, agree, wait for the awards and the open budget, and see that the journal says the same."""
    [person, *_] = example_people()
    async with realm.client(url, Role.PRACTITIONER) as practitioner:
        person_id = await make_journey(practitioner, person, reference=reference, patience_s=PATIENCE_S)
        budget = (await practitioner.get(f"/v1/people/{person_id}/budget")).json()
    async with realm.client(url, Role.AUDITOR) as auditor:
        proof = (await auditor.get("/v1/journal/proof")).json()

    awarded = sum(fund["awarded_pence"] for fund in budget["funds"])
    funds = [line["balance_pence"] for line in proof["trial_balance"] if line["account"].startswith("fund.")]
    assert awarded > 0
    assert sum(funds) == -awarded
    assert sum(line["balance_pence"] for line in proof["trial_balance"]) == 0
    assert proof["holds"]
