"""Doors that were taken for more than they ask, or for less: roles that somebody lacks, sides of a market, wrappers with any number of arguments."""

from __future__ import annotations

import pytest

from .rig import followed


PRISMA = 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();'
PERMISSIONS = """
import express from "express";
import { verify } from "jsonwebtoken";
import { prisma } from "./prisma";
const app = express();
const signedIn = (req, res, next) => {
  try { req.user = verify(req.headers.authorization, process.env.KEY); next(); } catch { res.sendStatus(401); }
};
const may = (...wanted) => async (req, res, next) => {
  if (req.user.role === "ADMIN") { next(); return; }
  const roles = await prisma.userRole.findMany({ where: { userId: req.user.id } });
  const held = roles.flatMap((one) => one.permissions);
  if (!wanted.some((one) => held.includes(one))) return res.sendStatus(403);
  next();
};
app.get("/leave/my", signedIn, may(WANTED), async (req, res) => {
  res.json(await prisma.leaveRequest.findMany({ where: { employeeId: Number(req.query.employeeId) } }));
});
app.listen(3000);
"""


def rules(files: dict[str, str]) -> set[str]:
    wanted = {"missing-session", "id-only-lookup", "identity-from-request", "parent-authorised-child-by-id"}
    return {one.rule for one in followed({"prisma.ts": PRISMA, **files}).findings} & wanted


def test_a_door_that_administrators_pass_is_none_of_administrators():
    """Whoever is no administrator was taken for one: the role that the way behind the door lacks has the word in its name."""
    assert rules({"app.ts": PERMISSIONS.replace("WANTED", '"EMPLOYEE_READ"')}) == {"id-only-lookup"}


RECRUITERS = """
import express from "express";
import { verify } from "jsonwebtoken";
import { prisma } from "./prisma";
const app = express();
app.patch("/jobs/:jobId/rounds", (req, res, next) => {
  try { req.user = verify(req.headers.authorization, process.env.KEY); } catch { return res.sendStatus(401); }
  if (!["ROLE"].includes(req.user.role)) return res.sendStatus(403);
  next();
}, async (req, res) => {
  const job = await prisma.job.findUnique({ where: { id: req.params.jobId } });
  if (job?.recruiterId !== req.user.id) return res.sendStatus(403);
  for (const one of req.body.rounds) await prisma.round.update({ where: { id: one.roundId }, data: { position: one.position } });
  res.json({});
});
app.listen(3000);
"""


@pytest.mark.parametrize(("role", "told"), [("RECRUITER", {"parent-authorised-child-by-id"}), ("DISPATCHER", set())])
def test_one_side_of_a_market_changes_its_own_alone(role, told):
    """A recruiter put the rounds of another's job in order: the role was taken for an office."""
    assert rules({"app.ts": RECRUITERS.replace("ROLE", role)}) == told


WRAPPED = """
import NextAuth from "next-auth";
import { cache } from "react";
import { redirect } from "next/navigation";
const { handlers, auth: asked } = NextAuth({ providers: [] });
const auth = cache(asked);
export const signedIn = (action) => async (...given) => {
  const session = await auth();
  if (session === null) redirect("/login");
  return action(session, ...given);
};
"""
ACTION = """
"use server";
import { prisma } from "../prisma";
import { signedIn } from "../wrapped";
export const subscribe = signedIn(async (session, formId, user) => {
  if (!user) throw new Error("nobody");
  await prisma.template.update({ where: WHERE, data: { watchers: { connect: { id: user.id } } } });
});
"""


@pytest.mark.parametrize(
    ("where", "told"), [("{ id: formId }", {"id-only-lookup"}), ("{ id: formId, ownerId: session.user.id }", set())]
)
def test_a_wrapper_hands_on_however_many_arguments_there_are(where, told):
    """The second argument was taken for nothing, so what the action does with it was never reached; its session came out of a cache."""
    assert rules({"wrapped.ts": WRAPPED, "app/actions.ts": ACTION.replace("WHERE", where)}) == told


SESSIONS = """
const express = require("express");
const { Sequelize, Op } = require("sequelize");
const db = new Sequelize(process.env.DATABASE_URL);
const Session = db.define("Session", {});
const Item = db.define("Item", {});
const app = express();
async function sessionOf(token, type) {
  let query;
  if (typeof type === "string") { query = { type }; } else { query = { type: { [Op.in]: type } }; }
  query.token = token;
  const session = await Session.findOne({ where: query });
  if (!session) throw new Error("no session");
  return session;
}
app.delete("/items/:id", async (req, res, next) => {
  try { res.locals.session = await sessionOf(req.headers.authorization, ["user"]); next(); } catch (error) { next(error); }
}, async (req, res) => {
  await Item.destroy({ where: { id: req.params.id, userId: res.locals.session.userId } });
  res.json({});
});
app.listen(3000);
"""


def test_conditions_that_are_put_together_in_one_way_or_another():
    """Everybody's sessions were said to be found by an id; the object had been begun on two branches."""
    assert rules({"app.js": SESSIONS}) == set()


KEYS = """
import { Pool } from "pg";
const pool = new Pool();
export default async function handler(req, res) {
  const { code, owner } = req.body;
  await pool.query("DELETE FROM discounts WHERE code_name = $1 AND COLUMN = $2", [code, owner]);
  res.status(200).json({});
}
"""


@pytest.mark.parametrize(
    ("column", "told"), [("pubkey", {"missing-session"}), ("public_key", {"missing-session"}), ("edit_key", set())]
)
def test_a_public_key_is_told_to_everybody(column, told):
    assert rules({"pages/api/discounts.ts": KEYS.replace("COLUMN", column)}) == told


HABIT = """
import Fastify from "fastify";
import jwt from "@fastify/jwt";
import { prisma } from "./prisma";
const app = Fastify();
app.register(jwt, { secret: process.env.KEY });
app.addHook("preHandler", async (request, reply) => {
  try { await request.jwtVerify(); } catch { return reply.code(401).send(); }
});
app.get("/people/:id", async (request) => prisma.person.findUnique({ where: { id: request.params.id } }));
app.put("/people/:id/name", async (request) => prisma.person.update({ where: { id: request.params.id }, data: { name: request.body.name } }));
app.put("/people/:id/team", async (request) => prisma.person.update({ where: { id: request.params.id }, data: { team: request.body.team } }));
app.delete("/people/:id", async (request) => prisma.person.delete({ where: { id: request.params.id } }));
app.put("/people/:id/password", async (request) => prisma.person.update({ where: { id: request.params.id }, data: { password: request.body.password } }));
app.listen({ port: 3000 });
"""


def test_a_password_that_anybody_sets_is_no_habit_of_the_application():
    found = [one for one in followed({"prisma.ts": PRISMA, "app.ts": HABIT}).findings if one.rule == "id-only-lookup"]
    assert len(found) == 2, [one.title for one in found]
    assert any("shared by all on purpose" in one.title for one in found)
    assert any("/people/[id]/password" in one.title and "Worth asking" not in one.title for one in found)


LINKS = """
import express from "express";
import { verify } from "jsonwebtoken";
import { prisma } from "./prisma";
const app = express();
app.use((req, res, next) => {
  try { req.user = verify(req.headers.authorization, process.env.KEY); next(); } catch { res.sendStatus(401); }
});
app.get("/tasks", async (req, res) => res.json(await prisma.task.findMany({ where: { userId: req.user.id } })));
app.post("/links", async (req, res) => {
  const { sourceTaskId, targetTaskId } = req.body;
  const source = await prisma.task.findFirst({ where: { id: sourceTaskId, userId: req.user.id } });
  const target = await prisma.task.findFirst({ where: { id: targetTaskIdBOUND } });
  if (!source || !target) return res.sendStatus(404);
  await prisma.taskLink.create({ data: { sourceTaskId, targetTaskId } });
  res.json({});
});
app.listen(3000);
"""


@pytest.mark.parametrize(("bound", "count"), [("", 1), (", userId: req.user.id", 0)])
def test_the_far_end_of_a_link_is_asked_about_like_the_near_one(bound, count):
    text = LINKS.replace("targetTaskIdBOUND", f"targetTaskId{bound}")
    found = followed({"prisma.ts": PRISMA, "app.ts": text}).findings
    told = [one.title for one in found if one.rule == "foreign-reference-unchecked"]
    assert len(told) == count, told


OFFICE = """
import Fastify from "fastify";
import { prisma } from "./prisma";
const app = Fastify();
async function sessionOf(request) {
  const bearer = request.headers.authorization?.split(" ")[1];
  const session = await prisma.session.findUnique({ where: { sessionToken: bearer }, include: { user: true } });
  if (!session || session.expires < new Date()) return null;
  return session.user;
}
app.put("/password", async (request, reply) => {
  const { password, id } = request.body;
  const user = await sessionOf(request);
  CHECK
  await prisma.user.update({ where: { id }, data: { password } });
  return reply.send({});
});
app.listen({ port: 3000 });
"""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("if (!user?.isAdmin) return reply.status(403).send();", set()),
        ("if (!user!.isAdmin) return reply.status(403).send();", set()),
        ("if (!user?.isActive) return reply.status(403).send();", {"id-only-lookup"}),
    ],
    ids=["an administrator", "an administrator for sure", "somebody active"],
)
def test_the_office_of_whoever_the_sessions_row_belongs_to(check, told):
    """An administrator's page was told as open to whoever signs in: the row was found by what the request carried."""
    assert rules({"app.ts": OFFICE.replace("CHECK", check)}) == told


RIGHTS = """
import express from "express";
import { verify } from "jsonwebtoken";
import { prisma } from "./prisma";
const RIGHTS = { customer: [], clerk: ["getUsers", "manageUsers"] };
const rightsOf = new Map(Object.entries(RIGHTS));
const app = express();
app.use((req, res, next) => {
  try { req.user = verify(req.headers.authorization, process.env.KEY); next(); } catch { res.sendStatus(401); }
});
const may = (...wanted) => (req, res, next) => {
  const held = HELD;
  if (!wanted.every((one) => held.includes(one)) && req.params.userId !== req.user.id) return res.sendStatus(403);
  next();
};
app.get("/users/:userId", may("getUsers"), async (req, res) => {
  res.json(await prisma.user.findUnique({ where: { id: req.params.userId } }));
});
app.listen(3000);
"""


@pytest.mark.parametrize("held", ["rightsOf.get(req.user.role)", "RIGHTS[req.user.role]", "req.user.rights"])
def test_rights_that_stand_beside_a_role(held):
    """A starter's own users were told as open to each other: its rights stand in a map, and are called rights."""
    assert rules({"app.ts": RIGHTS.replace("HELD", held)}) == set()


def test_rights_that_the_request_names_are_none():
    assert "id-only-lookup" in rules({"app.ts": RIGHTS.replace("HELD", "req.body.rights")})
