"""A preview of any address, fetched from inside: the metadata of the cloud was somebody's page."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import of_route


GIVEN = "const { url, id } = await request.json(); const target = new URL(url);"
SHOWN = "return new Response(await found.text());"
HEAD = """
    import dns from "node:dns/promises";
    async function isPrivate(host) { const { address } = await dns.lookup(host); return address.startsWith("10."); }
"""


def heard(body, least=Severity.MEDIUM):
    return of_route(f"{GIVEN} {body}", path="app/api/preview/route.ts", verb="POST", head=HEAD, least=least)


@pytest.mark.parametrize(
    "body",
    [
        f"const found = await fetch(url); {SHOWN}",
        f"const found = await fetch(`https://${{url}}/status`); {SHOWN}",
        f'if (target.protocol !== "https:") return new Response(null, {{ status: 400 }}); const found = await fetch(target); {SHOWN}',
        f'if (!url.startsWith("https://")) return new Response(null, {{ status: 400 }}); const found = await fetch(url); {SHOWN}',
        "const found = await fetch(url, { headers: { authorization: process.env.API_KEY } }); return Response.json({ ok: true });",
    ],
)
def test_whatever_address_it_is(body):
    assert heard(body) == ["address-from-request"]


def test_nothing_of_the_answer_is_shown():
    """A customer's own webhook is tried out: asked quietly."""
    body = 'await fetch(url, { method: "POST" }); return Response.json({ ok: true });'
    assert "address-from-request" not in heard(body)
    assert "address-from-request" in heard(body, Severity.LOW)


@pytest.mark.parametrize(
    "body",
    [
        f'if (target.host !== "images.acme.com") return new Response(null, {{ status: 400 }}); const found = await fetch(target.href); {SHOWN}',
        f'if (!target.hostname.endsWith(".acme.com")) return new Response(null, {{ status: 400 }}); const found = await fetch(url); {SHOWN}',
        f"if (!/^https:\\/\\/images\\.acme\\.com\\//.test(url)) return new Response(null, {{ status: 400 }}); const found = await fetch(url); {SHOWN}",
        f"if (await isPrivate(target.hostname)) return new Response(null, {{ status: 400 }}); const found = await fetch(url); {SHOWN}",
        f"const found = await fetch(`https://api.acme.com/items/${{id}}`); {SHOWN}",
        f"const found = await fetch(new URL(`/items/${{id}}`, process.env.API_URL)); {SHOWN}",
        f'const found = await fetch(new URL("/api/me", request.url)); {SHOWN}',
    ],
)
def test_somebody_looked_where_it_leads(body):
    assert heard(body, Severity.LOW) == []
