"""A hook that asks everybody but those who want a public address: what it lets pass is only what begins so."""

from __future__ import annotations

import pytest

from assistant.collect.code.follow.truth import begins
from assistant.collect.code.map import map_of
from assistant.collect.code.values import Constant, request
from assistant.detect.code.run import detect_code

from .handler import PRISMA


SERVER = """
import express from "express";
import jwt from "jsonwebtoken";
import { prisma } from "./lib/prisma";
const OPEN = [PREFIXES];
const app = express();
app.use((req, res, next) => {
  if (OPEN.some((prefix) => req.path.startsWith(prefix))) return next();
  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET); } catch { return res.status(401).end(); }
  next();
});
app.get("/api/reports/:id", async (req, res) => {
  res.json(await prisma.report.findFirst({ where: { id: req.params.id } }));
});
app.listen(1);
"""


def told(prefixes):
    code = map_of({"lib/prisma.ts": PRISMA, "server.ts": SERVER.replace("PREFIXES", prefixes)})
    return [one.rule for one in detect_code(code) if one.rule in {"missing-session", "id-only-lookup"}]


@pytest.mark.parametrize("prefixes", ['"/api/health", "/api/auth/"', '"/login"'])
def test_an_address_that_is_not_open_is_asked(prefixes):
    assert told(prefixes) == ["id-only-lookup"]


@pytest.mark.parametrize("prefixes", ['"/api/health", "/api/reports"', '"/"', '"/api/"'])
def test_an_address_that_is_open_is_not(prefixes):
    assert told(prefixes) == ["missing-session"]


@pytest.mark.parametrize(
    ("path", "prefix", "said"),
    [
        ("/api/sessions/[id]", "/api/sess", True),
        ("/api/sessions/[id]", "/api/sess/", False),
        ("/api/sessions/[id]", "/api/sessions/all", None),
        ("/api/sessions", "/api/sessions/", None),
        ("/api/sessions/[id]", "/sessions/", None),
        ("/sessions/[id]", "/api/sessions/", None),
        ("/api/sessions/[id]", "/health", False),
        ("/api/[...all]", "/api/auth/login", None),
        ("", "/health", None),
    ],
)
def test_what_an_address_begins_with(path, prefix, said):
    assert begins(path, Constant(prefix), request("url")) is said
