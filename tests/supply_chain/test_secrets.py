"""No secret is in the tree: everything that Git keeps is searched for what looks like one."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .inventory import ROOT

#: By kind, what a secret looks like.
LOOKS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\n?\s*[A-Za-z0-9+/=]{16}"),
    "a key of Amazon": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{36,}|\bgithub_pat_[0-9A-Za-z_]{22,}"),
    "a token of Slack": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a signed token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    "a password in an address": re.compile(r"[a-z][a-z0-9+]*://[^\s/:@{}'\"<>\\]+:(?P<secret>[^\s/@{}$'\"<>]{3,})@"),
    "a password that is set": re.compile(
        r"(?i)\b(?:password|passwd|secret|api_?key)\b['\"]?\s*[:=]\s*['\"](?P<secret>[^\s'\"{}$<>]{8,})['\"]"
    ),
}
#: What may stand where a secret would, since it says that it is none: words of tests, documents and examples.
NONE_AT_ALL = re.compile(
    r"for-this-machine-only|password|secret|[a-z]+-of-tests|wrong|example|made-up|guess|nothing|known-to-nobody|\.\.\.|…"
)
SUFFIXES_NOT_READ = {".woff2", ".png", ".ico", ".pdf", ".gz", ".svg", ".xlsx"}


def looks_like_secrets(text: str) -> Iterator[tuple[str, str]]:
    """Kinds of secrets in a text, each with what looks like one."""
    for kind, looks in LOOKS.items():
        for found in looks.finditer(text):
            words = found.groupdict().get("secret")
            if words is None or not NONE_AT_ALL.search(words):
                yield kind, found[0]


def kept_files() -> list[Path]:
    """What Git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_secret_is_in_the_tree() -> None:
    files = [path for path in kept_files() if path.suffix not in SUFFIXES_NOT_READ and path != Path(__file__)]
    found = {
        f"{path.relative_to(ROOT)}: {kind}: {words[:60]}"
        for path in files
        for kind, words in looks_like_secrets(path.read_text(errors="replace"))
    }

    assert len(files) > 500
    assert found == set()


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7",
        "aws = AKIA" + "Q7RT2MLK9XW4PZ3B",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "123456789012-abcdef",
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJlLW9mLWl0",
        "postgresql://ledger_app:Tr0ub4dor@db.internal/braid",
        'api_key = "k8Zq-41xPv"',
        "password: 'correcthorsebattery'",
    ],
)
def test_a_secret_that_is_planted_is_found(planted: str) -> None:
    assert list(looks_like_secrets(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        "postgresql://postgres:${BRAID_POSTGRES_PASSWORD:-for-this-machine-only}@postgres:5432/postgres",
        "postgresql://ledger_app:{{ .password | urlquery }}@postgres-rw:5432/braid_ledger",
        "password=given.password",
        '"password": "owner-of-tests"',
    ],
)
def test_what_is_no_secret_is_left_alone(harmless: str) -> None:
    assert list(looks_like_secrets(harmless)) == []
