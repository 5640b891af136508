"""Hooks of Fastify answer or go on: nothing calls ``next``, and the check is often put on the server under a name."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


SERVER = """
import Fastify from "fastify";
import jwt from "@fastify/jwt";
import {{ PrismaClient }} from "@prisma/client";
const prisma = new PrismaClient();
const app = Fastify();
app.register(jwt, {{ secret: process.env.JWT_SECRET }});
app.decorate("authenticate", async (request, reply) => {{
  try {{
    await request.jwtVerify();
  }} catch (error) {{
    reply.code(401).send(error);
  }}
}});
const verified = async (request, reply) => {{
  if (!request.user) return reply.code(401).send();
}};
app.get("/invoices/:id", {{ {option} }}, async (request, reply) => prisma.invoice.findFirst({{ where: {{ {where} }} }}));
app.listen({{ port: 3000 }});
"""
ANY, OWN = "id: request.params.id", "id: request.params.id, userId: request.user.id"


def rules(option: str, where: str) -> set[str]:
    return {one.rule for one in followed({"server.ts": SERVER.format(option=option, where=where)}).findings} - {
        "error-tells-internals"
    }


@pytest.mark.parametrize(
    "option",
    [
        "preHandler: [app.authenticate]",
        "onRequest: app.authenticate",
        "preHandler: verified",
        "onRequest: (request, reply, done) => { if (!request.user) return reply.code(401).send(); done(); }",
    ],
    ids=["under a name", "one hook", "a function", "with done"],
)
def test_whoever_gets_past_the_hook_is_known(option):
    assert rules(option, ANY) == {"id-only-lookup"}
    assert rules(option, OWN) == set()


@pytest.mark.parametrize(
    "option",
    ["schema: {}", "onRequest: async (request, reply) => { request.log.info(request.url); }"],
    ids=["none", "a log"],
)
def test_a_hook_that_asks_nobody_lets_everybody_in(option):
    assert rules(option, ANY) == {"missing-session"}
