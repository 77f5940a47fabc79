"""Where a connection goes: to what was checked, each time anew; never to where a redirect or a name leads instead."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from services.webhooks.domain.targets import IPAddress, Target, Where
from services.webhooks.posting import Answer, Outcome, Postman, Resolve
from tests.webhooks.desk import HERE, Desk
from tests.webhooks.receiver import Authority, Receiver, always, an_authority

PRODUCTION = Where()
PATIENCE_S = 60


def leads_to(*turns: Sequence[str]) -> Resolve:
    """A name that leads elsewhere each time that it is asked for."""
    left = list(turns)

    async def look_up(_host: str, _port: int) -> Sequence[IPAddress]:
        return [ip_address(address) for address in (left.pop(0) if len(left) > 1 else left[0])]

    return look_up


async def post(receiver: Receiver, authority: Authority, look_up: Resolve, where: Where, host: str) -> Answer:
    target = Target("https", host, receiver.port, "/braid-events")
    postman = Postman(where, timeout_s=PATIENCE_S, ca_file=str(authority.ca_file), look_up=look_up)
    return await postman.post(target, {}, b"{}")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_behind_our_walls_is_not_connected_to(
    receiver: Receiver, authority: Authority, address: str
) -> None:
    answer = await post(receiver, authority, leads_to([address]), PRODUCTION, "council.example")

    assert answer == Answer(Outcome.ADDRESS_REFUSED)
    assert receiver.got == []


async def test_a_name_that_leads_elsewhere_after_it_was_checked_is_checked_again(
    desk: Desk, receiver: Receiver
) -> None:
    """DNS rebinding: it led to this machine when it was subscribed, and to a private address when it is called."""
    begun = await desk.subscribe(receiver)
    await desk.open_case()

    await desk.sender(look_up=leads_to(["10.0.0.1"])).send_all_due()

    [delivery] = await desk.deliveries(begun)
    assert await desk.attempts(begun, delivery) == [("address_refused", None)]
    assert receiver.got == []


async def test_what_is_connected_to_is_the_address_that_was_checked(receiver: Receiver, authority: Authority) -> None:
    asked = []

    async def look_up(host: str, _port: int) -> Sequence[IPAddress]:
        asked.append(host)
        return [ip_address("127.0.0.1")] if len(asked) == 1 else [ip_address("10.0.0.1")]

    answer = await post(receiver, authority, look_up, HERE, "localhost")

    assert (answer.status, asked) == (204, ["localhost"])


async def test_a_certificate_is_looked_at_by_the_name_and_not_by_the_address(
    receiver: Receiver, authority: Authority
) -> None:
    answer = await post(receiver, authority, leads_to(["127.0.0.1"]), HERE, "127.0.0.2")

    assert answer == Answer(Outcome.NOT_TRUSTED)
    assert receiver.got == []


async def test_an_authority_that_nobody_knows_is_not_believed(
    receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    another = an_authority(tmp_path_factory.mktemp("another"))

    answer = await post(receiver, another, leads_to(["127.0.0.1"]), HERE, "localhost")

    assert answer == Answer(Outcome.NOT_TRUSTED)
    assert receiver.got == []


async def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver, authority: Authority) -> None:
    async with Receiver(authority).listening() as elsewhere:
        receiver.answer = always(307, location=elsewhere.url)
        answer = await post(receiver, authority, leads_to(["127.0.0.1"]), HERE, "localhost")

    assert answer == Answer(Outcome.ANSWERED, 307)
    assert not answer.is_taken
    assert elsewhere.got == []


async def test_a_proxy_of_the_environment_is_not_heeded(
    receiver: Receiver, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert (await post(receiver, authority, leads_to(["127.0.0.1"]), HERE, "localhost")).status == 204


async def test_an_answer_without_end_is_left_and_its_status_counts() -> None:
    sent = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                sent += 65_536
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(flood, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await Postman(HERE, timeout_s=PATIENCE_S).post(Target("http", "localhost", port, "/"), {}, b"{}")
    server.close()

    assert answer == Answer(Outcome.ANSWERED, 200)
    # What had left before the connection was closed lies in buffers; without a bound it would go on for a minute.
    assert sent < 100_000_000


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (b"", Outcome.BROKEN_OFF),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Outcome.BROKEN_OFF),
        (b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 1_000_000, Outcome.BROKEN_OFF),
    ],
)
async def test_whatever_is_no_http_is_an_outcome_and_no_error(says: bytes, outcome: Outcome) -> None:
    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await Postman(HERE, timeout_s=PATIENCE_S).post(Target("http", "localhost", port, "/"), {}, b"{}")
    server.close()

    assert answer == Answer(outcome)


async def test_a_name_that_is_not_found_is_an_outcome(authority: Authority) -> None:
    target = Target("https", "no-such-host.invalid", 443, "/")

    assert await Postman(PRODUCTION, timeout_s=PATIENCE_S).post(target, {}, b"{}") == Answer(Outcome.NOT_RESOLVED)
