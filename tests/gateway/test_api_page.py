"""The page of the API: from here alone, under a policy that lets nothing else in."""

import re

import httpx

from tests.gateway.doubles import StubGateway


async def test_the_page_of_the_api_names_no_other_host_and_runs_no_script_of_its_own_text(stub: StubGateway) -> None:
    async with stub.browser() as client:
        page = await client.get("/api-docs")
        files = {path: await client.get(path) for path in re.findall(r'(?:src|href)="(/[^"]+)"', page.text)}

    assert page.status_code == 200
    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', page.text) == []
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text) == []
    assert {path: answer.status_code for path, answer in files.items()} == dict.fromkeys(files, 200)
    assert {"/openapi.json", "/asyncapi.json", "/api-docs/swagger-ui-bundle.js"} <= set(files)
    policy = directives(page)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"


async def test_no_other_file_is_given_out_beside_the_page(stub: StubGateway) -> None:
    async with stub.browser() as client:
        for name in ("page.html", "__init__.py", "..%2fmain.py", "%2e%2e/main.py"):
            assert (await client.get(f"/api-docs/{name}")).status_code == 404, name


def directives(page: httpx.Response) -> dict[str, str]:
    """The policy of a page, by directive."""
    told = page.headers["content-security-policy"].split(";")
    return dict(directive.strip().split(" ", 1) for directive in told)
