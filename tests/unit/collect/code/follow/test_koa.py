"""Koa ends a request with ``ctx.throw``: rows that hang on what was found before it were told as anybody's."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code

from .handler import PRISMA


SERVER = """
import Koa from "koa";
import Router from "@koa/router";
import jwt from "jsonwebtoken";
import { prisma } from "./lib/prisma";
const app = new Koa();
const router = new Router({ prefix: "/datasets" });
app.use(async (ctx, next) => {
  try { ctx.state.userId = jwt.verify(ctx.headers.authorization, process.env.JWT_SECRET).id; } catch { ctx.throw(401); }
  await next();
});
router.delete("/:id", async (ctx) => {
  const { id } = ctx.params;
  const dataset = await prisma.dataset.findFirst({ where: { id, userId: ctx.state.userId } });
  CHECK
  await prisma.datasetRow.deleteMany({ where: { datasetId: id } });
  ctx.status = 200;
});
app.use(router.routes());
app.listen(1);
"""


def told(check):
    code = map_of({"lib/prisma.ts": PRISMA, "server.ts": SERVER.replace("CHECK", check)})
    return [one.rule for one in detect_code(code) if one.rule == "id-only-lookup"]


@pytest.mark.parametrize(
    "check",
    [
        'if (!dataset) ctx.throw(404, "no such dataset");',
        "ctx.assert(dataset, 404);",
        "if (!dataset) { ctx.status = 404; return; }",
    ],
)
def test_rows_of_a_dataset_that_was_found_for_the_caller(check):
    assert told(check) == []


@pytest.mark.parametrize("check", ["", 'if (!dataset) console.log("none");', "ctx.assert(id, 400);"])
def test_rows_of_whatever_dataset_is_named(check):
    assert told(check) != []
