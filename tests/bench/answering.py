"""Saving one answer through the gateway of the platform that ``make run`` starts, beside one plain request."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import httpx
import psutil

from braid.command_line.demonstration import QUESTIONNAIRE, example_people, signed_in
from tests.bench.embedded import running_platform
from tests.bench.figures import milliseconds, percentile

#: Saved over and over, each time as the other of the two: a whole draft lies beside them.
QUESTION, ANSWERS = "nights", ("awake", "some_nights")
SAVES, WARM_UP = 400, 30


def run() -> None:
    """Print how long saving an answer takes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_platform(Path(folder) / "state", "--empty") as (url, _, process),
    ):
        saving, plain, cpu_s = asyncio.run(_measure(url, process))
    print(f"saving one answer: {milliseconds(saving)}   (promise: p95 under 50)")
    print(f"one plain request: {milliseconds(plain)}")
    print(f"processor time of saving and asking, PostgreSQL included: {1000 * cpu_s / SAVES:.1f} ms of one core")
    print(f"ratio of the medians: {percentile(saving, 0.5) / percentile(plain, 0.5):.1f} plain requests")


async def _measure(url: str, process: psutil.Process) -> tuple[Sequence[float], Sequence[float], float]:
    async with signed_in(url, "practitioner") as client:
        path = await _draft(client)
        etag, saving, plain = '"2"', [], []
        cpu_s = 0.0
        for number in range(WARM_UP + SAVES):
            if number == WARM_UP:
                cpu_s = _processor_time(process)
            started = perf_counter()
            body = {"answer": ANSWERS[number % 2], "own_words": f"Told for the {number}th time."}
            answer = await client.put(f"{path}/answers/{QUESTION}", json=body, headers={"if-match": etag})
            saved = perf_counter()
            answer.raise_for_status()
            etag = answer.headers["etag"]
            await client.get("/v1/people", params={"limit": 1})
            if number >= WARM_UP:
                saving.append(saved - started)
                plain.append(perf_counter() - saved)
        return saving, plain, _processor_time(process) - cpu_s


def _processor_time(process: psutil.Process) -> float:
    """Of a process and all its descendants, in seconds; PostgreSQL's backends stay for the whole run."""
    family = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (member.cpu_times() for member in family))


async def _draft(client: httpx.AsyncClient) -> str:
    person = next(person for person in example_people() if person.reference == "three-streams-in-one-budget")
    case = {"reference": uuid4().hex, "name": person.name, "user_group": person.user_group, "opened_on": "2009-06-01"}
    opened = await client.post("/v1/people", json=case, headers={"idempotency-key": str(uuid4())})
    begun = await client.post(
        f"/v1/people/{opened.json()['person_id']}/assessments",
        json={"questionnaire": QUESTIONNAIRE},
        headers={"idempotency-key": str(uuid4())},
    )
    path = f"/v1/assessments/{begun.json()['assessment_id']}"
    answers = {"answered_as": "person", "answers": dict(person.answers)}
    saved = await client.put(f"{path}/answers", json=answers, headers={"if-match": begun.headers["etag"]})
    saved.raise_for_status()
    return path
