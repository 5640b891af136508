"""Who calls often from one network is counted by the address that the proxy names: it finds nobody's row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


MEMBER = """const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const input = await request.json();
      const member = await db.member.findFirst({ where: { teamId: input.teamId, userId: session.user.id } });
      if (!member) return new Response(null, { status: 403 });"""
BODY = "const seen = await db.chargeAttempt.findMany({{ where: {{ {where} }} }}); return Response.json(seen.map((one) => one.email));"


def _told(where, head=""):
    return set(of_route(BODY.format(where=where), head=head, session=MEMBER, verb="POST")) & {
        "parent-authorised-child-by-id",
        "id-only-lookup",
    }


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"])
def test_the_network_of_whoever_calls_finds_no_row_of_others(header):
    assert _told(f'networkId: request.headers.get("{header}")') == set()


def test_the_first_of_the_proxies_or_none():
    head = 'const from = (request) => request.headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? request.headers.get("x-real-ip") ?? "0.0.0.0";'
    assert _told("networkId: from(request)", head) == set()


@pytest.mark.parametrize("sent", ["input.networkId", 'request.headers.get("x-network-id")'])
def test_an_id_that_was_sent_does(sent):
    assert _told(f"networkId: {sent}") == {"parent-authorised-child-by-id"}
