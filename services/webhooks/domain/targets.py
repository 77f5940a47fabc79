"""Where a webhook may go: public addresses over https, private networks that were named, and nothing else of ours.

An address is read here once, and the parts that were read are what is connected to; so nobody can have one thing
checked and another one called. Names are looked at as what they resolve to, each time that they are connected to.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

URL_MOST = 2_000
PORTS = frozenset({443, 8443})

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
#: What some resolvers take for a number, and so for an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAME_MOST = 253
#: All that is routed in public is in here; ways of carrying IPv4 in IPv6 would lead back to private addresses.
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_CARRYING_IPV4 = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
#: Clouds' own services at public addresses; and what Python takes for public in one release and not in another.
_NOT_PUBLIC_IPV4 = (IPv4Network("168.63.129.16/32"), IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
#: Of which a council has networks: for private use (RFC 1918, RFC 4193), or shared with who carries it (RFC 6598).
_PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
    IPv6Network("fc00::/7"),
)
#: Where clouds keep machines' keys, at addresses of those ranges; no setting opens these.
_METADATA = (IPv4Network("100.100.100.200/32"), IPv6Network("fd00:ec2::/32"), IPv6Network("fd20:ce::254/128"))


class NotPrivate(ValueError):
    """A network that may not be named as one of a council's own."""


class TargetRefused(Exception):
    """An address that nothing is sent to; the message says why, for whoever gave it."""


@dataclass(frozen=True)
class Where:
    """What may be called.

    Args:
        ports: ports that may be called.
        loopback: whether this machine may be called, on any port and without TLS: for development alone.
        networks: private networks whose systems may be called too, from `private_networks`.
    """

    ports: Collection[int] = PORTS
    loopback: bool = False
    networks: Collection[Network] = ()


@dataclass(frozen=True)
class Target:
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_loopback(self) -> bool:
        """Whether it names this machine."""
        literal = _literal(self.host)
        return self.host == "localhost" or (literal is not None and literal.is_loopback)


def private_networks(told: str) -> tuple[Network, ...]:
    """Read networks that a council names as its own, with commas between them.

    Raises:
        NotPrivate: one is none, or is not for private use: this machine, the link, or the internet.
    """
    return tuple(_private_network(part) for part in (each.strip() for each in told.split(",")) if part)


def _private_network(told: str) -> Network:
    try:
        found = ip_network(told)
    except ValueError as error:
        raise NotPrivate(f"{told} is no network; write it as 10.20.0.0/16, its last bits nought.") from error
    if not any(_holds(each, found) for each in _PRIVATE):
        ranges = ", ".join(str(each) for each in _PRIVATE)
        raise NotPrivate(f"{told} is not for private use; networks lie within {ranges}.")
    return found


def _holds(range_: Network, network: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(range_, IPv4Network) and network.subnet_of(range_)
    return isinstance(range_, IPv6Network) and network.subnet_of(range_)


def target_of(url: str, where: Where) -> Target:
    """Read an address.

    Raises:
        TargetRefused: it may not be called, or is not one.
    """
    if len(url) > URL_MOST or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise TargetRefused(f"An address has at most {URL_MOST} characters, all of them plain and none a backslash.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused("The address cannot be read.") from error
    if "@" in parts.netloc:
        raise TargetRefused("An address carries no user name or password; the signature says who we are.")
    if "#" in url:
        raise TargetRefused("An address has no fragment: it would not be sent.")
    if port is None:
        port = 80 if parts.scheme == "http" else 443
    target = Target(parts.scheme, _host(parts), port, _path(parts))
    _require_allowed(target, where)
    return target


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if _literal(host) is not None or host == "localhost":
        return host
    labels = host.split(".")
    if len(host) > _NAME_MOST or not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise TargetRefused("The address names no host; write names as they are in DNS, others in their xn-- form.")
    if len(labels) == 1:
        raise TargetRefused("A host is named in full, with its domain.")
    return host


def _literal(host: str) -> IPAddress | None:
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _require_allowed(target: Target, where: Where) -> None:
    here = where.loopback and target.is_loopback
    if target.scheme != "https" and not (here and target.scheme == "http"):
        raise TargetRefused("An address begins with https://.")
    if target.port not in where.ports and not here:
        ports = ", ".join(str(port) for port in sorted(where.ports))
        raise TargetRefused(f"Port {target.port} is not called; these are: {ports}.")
    literal = _literal(target.host)
    if literal is not None:
        require_callable(target, [literal], where)
    elif target.is_loopback and not here:
        raise TargetRefused("The host is this machine.")


def require_callable(target: Target, addresses: Collection[IPAddress], where: Where) -> None:
    """Look at what a host resolves to. One address that is not public refuses them all.

    Raises:
        TargetRefused: one of them may not be called, or there is none.
    """
    here = where.loopback and target.is_loopback
    if not addresses:
        raise TargetRefused("The host has no address.")
    if not all(is_public(one) or _is_named(one, where) or (here and one.is_loopback) for one in addresses):
        raise TargetRefused("The host has an address that is not public, nor in a network that was named.")


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet: not private, shared, local, reserved or a cloud's own."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _PUBLIC_IPV6 or any(address in network for network in _CARRYING_IPV4):
            return False
    elif any(address in network for network in _NOT_PUBLIC_IPV4):
        return False
    return address.is_global and not address.is_multicast


def _is_named(address: IPAddress, where: Where) -> bool:
    """Whether an address is in a private network that may be called; a cloud's own addresses are in none."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return _is_named(address.ipv4_mapped, where)
    return any(address in each for each in where.networks) and not any(address in each for each in _METADATA)
