"""`braid partner`: what an agency needs to try its side out: an example, a check, and a way to send."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from pydantic import ValidationError

from braid.contracts.catalogue import dead_letter_topic, example_file
from braid.contracts.partner import PartnerAwardDecided, PartnerDecisionKind, partner_example

app = typer.Typer(no_args_is_help=True)

#: An agency that tries itself out wants an answer and not patience, in seconds.
SEND_TIMEOUT_S = 30

DecisionFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file with one decision.")]


@app.command()
def example(
    agency: Annotated[str, typer.Argument(help="The agency, such as independent-living-fund.")],
    kind: Annotated[PartnerDecisionKind, typer.Argument(help="What it decides.")] = PartnerDecisionKind.CONFIRM,
) -> None:
    """Print a valid decision in an agency's name."""
    from services.funding_streams.discovery import agencies, streams_of

    streams = streams_of(agency)
    if not streams:
        raise typer.BadParameter(f"{agency} decides on no stream; agencies: {', '.join(agencies())}")
    like = PartnerAwardDecided.read(example_file(PartnerAwardDecided).read_bytes())
    typer.echo(json.dumps(partner_example(agency, streams[0], kind, like=like), indent=2))


@app.command()
def check(file: DecisionFile) -> None:
    """Say whether a decision fits its schema and the rules of who may decide what."""
    decision = _read(file)
    typer.echo(f"{file.name} fits: it belongs on {decision.topic}.")


@app.command()
def publish(
    file: DecisionFile,
    kafka: Annotated[str | None, typer.Option(help="Address of the broker: send by Kafka.")] = None,
    ca_file: Annotated[str | None, typer.Option(help="The broker's authority, for an encrypted line.")] = None,
    certificate_file: Annotated[str | None, typer.Option(help="The agency's own certificate.")] = None,
    key_file: Annotated[str | None, typer.Option(help="Its private key.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the gateway: send by REST.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="BRAID_PARTNER_TOKEN", help="The agency's token at the gateway.")
    ] = None,
) -> None:
    """Check a decision and send it, by Kafka or by REST."""
    if (kafka is None) == (url is None):
        raise typer.BadParameter("give either --kafka or --url")
    decision = _read(file)
    if kafka is not None:
        asyncio.run(_send_by_kafka(decision, kafka, ca_file, certificate_file, key_file))
        typer.echo(f"Sent to {decision.topic}; what cannot be taken comes back on {dead_letter_topic(decision.topic)}.")
        return
    if token is None:
        raise typer.BadParameter("--url needs --token")
    assert url is not None
    _send_by_rest(decision, url, token)


def _read(file: Path) -> PartnerAwardDecided:
    from braid.kit.dead_letters import words_of
    from services.funding_streams.partner_words import NotItsStream, require_own_stream

    try:
        decision = PartnerAwardDecided.read(file.read_bytes())
        require_own_stream(decision)
    except ValidationError as error:
        _refuse(words_of(error).split("; "))
    except NotItsStream as error:
        _refuse([str(error)])
    return decision


def _refuse(faults: list[str]) -> None:
    for fault in faults:
        typer.echo(fault, err=True)
    raise typer.Exit(1)


async def _send_by_kafka(
    decision: PartnerAwardDecided,
    bootstrap: str,
    ca_file: str | None,
    certificate_file: str | None,
    key_file: str | None,
) -> None:
    from braid.kit.message import Envelope, Message, encoded, headers_of
    from braid.kit.settings import KafkaSettings
    from braid.kit.transports.kafka import KafkaPublisher

    envelope = Envelope(
        event_id=uuid4(),
        type=decision.TYPE,
        source=f"/partner/{decision.agency}",
        time=datetime.now(UTC),
        subject=str(decision.person_id),
        traceparent=None,
    )
    message = Message(
        decision.topic,
        str(decision.person_id).encode(),
        encoded(headers_of(envelope)),
        decision.model_dump_json().encode(),
    )
    publisher = KafkaPublisher(
        KafkaSettings(
            bootstrap=bootstrap,
            security_protocol="SSL" if ca_file else "PLAINTEXT",
            ca_file=ca_file,
            certificate_file=certificate_file,
            key_file=key_file,
        )
    )
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await publisher.start()
        try:
            await publisher.publish([message])
        finally:
            await publisher.stop()


def _send_by_rest(decision: PartnerAwardDecided, url: str, token: str) -> None:
    import httpx

    answer = httpx.post(
        f"{url.rstrip('/')}/v1/partners/{decision.agency}/decisions",
        content=decision.model_dump_json(),
        headers={
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "idempotency-key": str(uuid4()),
        },
        timeout=SEND_TIMEOUT_S,
    )
    typer.echo(answer.text if answer.is_error else json.dumps(answer.json(), indent=2), err=answer.is_error)
    if answer.is_error:
        raise typer.Exit(1)
