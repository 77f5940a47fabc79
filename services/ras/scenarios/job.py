"""Scenarios as jobs: what their process is handed, and what is kept of its answer."""

from braid.kit.jobs.answer import Answer
from braid.kit.jobs.rows import Claim, JobRows
from braid.kit.unit_of_work import UnitOfWork
from services.ras.scenarios import process, store


class ScenarioJob:
    """A scenario as a job (`braid.kit.jobs.runner.Job`)."""

    @property
    def rows(self) -> JobRows:
        """The council's scenarios."""
        return store.ROWS

    @property
    def module(self) -> str:
        """What works one out."""
        return process.MODULE

    async def asked(self, work: UnitOfWork, claim: Claim) -> bytes:
        """The question and its people."""
        return (await store.asked(work, claim.job_id)).written()

    async def end(self, work: UnitOfWork, claim: Claim, answer: Answer) -> None:
        """Keep the results; the people as they were given are needed no longer."""
        await store.end(work, claim, answer)


SCENARIOS = ScenarioJob()
