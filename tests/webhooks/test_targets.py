"""Addresses: public ones over https, whichever way others are written."""

from ipaddress import ip_address

import pytest

from services.webhooks.domain.targets import (
    IPAddress,
    NotPrivate,
    Target,
    TargetRefused,
    Where,
    is_public,
    private_networks,
    require_callable,
    target_of,
)

ANYWHERE, HERE_TOO = Where(), Where(loopback=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://council.example/events", Target("https", "council.example", 443, "/events")),
        ("https://council.example", Target("https", "council.example", 443, "/")),
        ("https://Council.Example:8443/a?b=c", Target("https", "council.example", 8443, "/a?b=c")),
        ("https://xn--bcher-kva.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://93.184.215.14/", Target("https", "93.184.215.14", 443, "/")),
        ("https://[2606:4700:4700::1111]/", Target("https", "2606:4700:4700::1111", 443, "/")),
    ],
)  # fmt: skip
def test_a_public_address_is_read(url: str, target: Target) -> None:
    assert target_of(url, ANYWHERE) == target


REFUSED = {
    "not over TLS": "http://council.example/",
    "another scheme": "ftp://council.example/",
    "a file": "file:///etc/passwd",
    "no scheme": "council.example/events",
    "a user": "https://somebody@council.example/",
    "a password": "https://somebody:secret@council.example/",
    "a host after an at": "https://council.example@10.0.0.1/",
    "a fragment": "https://council.example/#here",
    "a port of something else": "https://council.example:5432/",
    "port nought": "https://council.example:0/",
    "a port too high": "https://council.example:70000/",
    "a space": "https://council.example/a b",
    "a line": "https://council.example/\r\nX-Injected: 1",
    "a backslash": "https://council.example\\@10.0.0.1/",
    "no host": "https:///events",
    "a name of the cluster": "https://ledger-api/v1/entries",
    "a name with an underscore": "https://a_b.example/",
    "a name that ends in a dot": "https://council.example./",
    "letters that are not plain": "https://bücher.example/",
    "this machine by name": "https://localhost/",
    "this machine": "https://127.0.0.1/",
    "this machine as one number": "https://2130706433/",
    "this machine in octal": "https://0177.0.0.1/",
    "this machine in hex": "https://0x7f.0.0.1/",
    "this machine, short": "https://127.1/",
    "this machine, in IPv6": "https://[::1]/",
    "IPv4 in IPv6": "https://[::ffff:10.0.0.1]/",
    "a zone": "https://[fe80::1%25eth0]/",
    "nowhere": "https://0.0.0.0/",
    "the metadata": "https://169.254.169.254/latest/meta-data/",
    "longer than any": "https://council.example/" + "a" * 2_000,
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        target_of(url, ANYWHERE)


@pytest.mark.parametrize("url", ["http://localhost:9000/", "http://127.0.0.1:9000/", "https://[::1]:9000/"])
def test_in_development_this_machine_may_be_called_and_nothing_else_that_is_not_public(url: str) -> None:
    assert target_of(url, HERE_TOO).port == 9000
    for other in ("http://council.example/", "https://10.0.0.1/", "https://council.example:9000/"):
        with pytest.raises(TargetRefused):
            target_of(other, HERE_TOO)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
        "168.63.129.16", "0.0.0.0", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fec0::1", "ff02::1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_no_address_behind_walls_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "::ffff:1.1.1.1", "2606:4700:4700::1111"])
def test_others_are(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_address_that_is_not_public_refuses_all_of_a_name() -> None:
    target = target_of("https://council.example/", HERE_TOO)
    good, bad, here = ip_address("1.1.1.1"), ip_address("10.0.0.1"), ip_address("127.0.0.1")

    require_callable(target, [good], HERE_TOO)
    found: list[list[IPAddress]] = [[], [bad], [good, bad], [here]]
    for addresses in found:
        with pytest.raises(TargetRefused):
            require_callable(target, addresses, HERE_TOO)


NAMED = private_networks("10.20.0.0/16, 192.168.7.0/24, fd12:3456::/32")
NAMED_TOO = Where(networks=NAMED)


@pytest.mark.parametrize("url", ["https://10.20.3.4/", "https://192.168.7.9:8443/", "https://[fd12:3456::9]/"])
def test_an_address_in_a_private_network_that_was_named_is_read(url: str) -> None:
    assert target_of(url, NAMED_TOO).host in url
    with pytest.raises(TargetRefused):
        target_of(url, ANYWHERE)


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_naming_networks_opens_nothing_else(url: str) -> None:
    with pytest.raises(TargetRefused):
        target_of(url, NAMED_TOO)


@pytest.mark.parametrize(
    "address",
    [
        "10.21.0.1", "192.168.8.1", "172.16.0.1", "100.64.0.1", "fd12:3457::1",
        "127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.1.1", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1",
        "168.63.129.16", "0.0.0.0", "224.0.0.1", "ff02::1", "64:ff9b::a14:1", "2002:a14:1::",
    ],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_named_networks_is_refused(address: str) -> None:
    target = target_of("https://receiver.council.example/", NAMED_TOO)

    require_callable(target, [ip_address("10.20.0.1"), ip_address("::ffff:10.20.0.2")], NAMED_TOO)
    with pytest.raises(TargetRefused):
        require_callable(target, [ip_address("10.20.0.1"), ip_address(address)], NAMED_TOO)


@pytest.mark.parametrize("address", ["100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "169.254.169.254"])
def test_a_clouds_metadata_is_refused_whatever_is_named(address: str) -> None:
    everything = Where(networks=private_networks("10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7"))
    target = target_of("https://receiver.council.example/", everything)

    require_callable(target, [ip_address("100.64.0.1"), ip_address("fd00::1")], everything)
    with pytest.raises(TargetRefused):
        require_callable(target, [ip_address(address)], everything)


@pytest.mark.parametrize("told", ["", " ", ","])
def test_no_network_is_named_by_itself(told: str) -> None:
    assert private_networks(told) == ()


@pytest.mark.parametrize(
    "told",
    [
        "0.0.0.0/0", "::/0", "10.0.0.0/7", "127.0.0.0/8", "127.0.0.1", "::1", "169.254.0.0/16", "169.254.169.254/32",
        "fe80::/10", "224.0.0.0/4", "8.8.8.0/24", "2000::/3", "::ffff:10.0.0.0/104", "10.0.0.1/8",
        "council.example", "*",
    ],
)  # fmt: skip
def test_what_is_no_private_network_cannot_be_named(told: str) -> None:
    with pytest.raises(NotPrivate):
        private_networks(f"10.20.0.0/16,{told}")
