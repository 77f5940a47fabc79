"""The example of how a council's own system signs in does what it says, as it stands in the document."""

import asyncio
import re
import shutil
import socket
from pathlib import Path

import jwt
import pytest

from braid.kit.identity import Role
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from gateway.development_issuer import SYSTEM
from tests.gateway.doubles import stub_gateway

DOCUMENT = Path(__file__).parents[2] / "docs" / "systems.md"
TOOLS = ("sh", "openssl", "curl", "python3")


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")
async def test_a_system_signs_in_by_its_key_with_a_shell_alone(tmp_path: Path) -> None:
    [example] = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        stub = stub_gateway(tmp_path, url=url)
        stub.services.answers["/v1/people"] = {"people": [{"reference": "AB-1"}]}
        server = http_server(stub.app, HttpSettings(port=0))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        shell = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            example,
            env={"base": url, "keys": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await shell.communicate()
        server.should_exit = True
        await serving

    assert (shell.returncode, err) == (0, b"")
    assert out == b'{"people":[{"reference":"AB-1"}]}'
    [asked] = stub.services.asked
    inside = jwt.decode(asked.headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert (inside["sub"], inside["roles"]) == (SYSTEM, [Role.SYSTEM])
