"""How people write Express: classes that hold a router, lists of routers, and middleware that lets somebody through with ``next`` alone."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


PRISMA = 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();'
NOTES = """
import { Router } from "express";
import { check } from "./check";
import { prisma } from "./prisma";
export class NoteController {
  public remove = async (req, res, next) => {
    try {
      await prisma.note.delete({ where: { id: req.params.id } });
      res.status(200).json({});
    } catch (error) {
      next(error);
    }
  };
}
export class NoteRoute {
  public path = "/notes";
  public router = Router();
  public notes = new NoteController();
  constructor() { this.initializeRoutes(); }
  private initializeRoutes() { this.router.delete(`${this.path}/:id`, check, this.notes.remove); }
}
"""
APP = """
import express from "express";
import { NoteRoute } from "./notes";
class App {
  public app: express.Application;
  constructor(routes) {
    this.app = express();
    this.app.use(express.json());
    routes.forEach((route) => { this.app.use("/api", route.router); });
  }
}
new App([new NoteRoute()]).app.listen(3000);
"""
CHECK = """
import { verify } from "jsonwebtoken";
import jwt from "jsonwebtoken";
import passport from "passport";
import { promisify } from "util";
export const check = CHECK;
"""
LETS_IN = {
    "the error goes to next": "async (req, res, next) => { try { req.user = verify(req.cookies.token, process.env.KEY); next(); } catch (error) { next(error); } }",
    "the answer stands last": "(req, res, next) => { try { req.user = verify(req.cookies.token, process.env.KEY); next(); } catch { res.sendStatus(401); } }",
    "a callback": "(req, res, next) => { jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { if (error) return res.sendStatus(403); req.user = user; next(); }); }",
    "a callback with two ways": "(req, res, next) => { jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { if (error) { res.sendStatus(403); } else { req.user = user; next(); } }); }",
    "a promise around it": "async (req, res, next) => { try { req.user = await new Promise((resolve, reject) => { jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { if (error) return reject(error); resolve(user); }); }); next(); } catch (error) { next(error); } }",
    "the error goes to next, and the function is left": '(req, res, next) => { if (!req.cookies.token) { next(new Error("no")); return; } jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { if (error) return res.sendStatus(403); req.user = user; next(); }); }',
    "promisified": "async (req, res, next) => { try { req.user = await promisify(jwt.verify)(req.cookies.token, process.env.KEY); next(); } catch { res.sendStatus(401); } }",
    "a callback of passport": '(req, res, next) => { passport.authenticate("jwt", { session: false }, (error, user) => { if (error || !user) { return res.sendStatus(401); } req.user = user; next(); })(req, res, next); }',
    "passport inside a promise": '(req, res, next) => new Promise((resolve, reject) => { passport.authenticate("jwt", { session: false }, async (error, user, info) => { if (error || info || !user) { return reject(new Error("no")); } req.user = user; resolve(); })(req, res, next); }).then(() => next()).catch((error) => next(error))',
}
STOPS_NOBODY = {
    "next stands behind it": "(req, res, next) => { try { req.user = verify(req.cookies.token, process.env.KEY); } catch (error) { next(error); } next(); }",
    "the error goes to next, and the function goes on": '(req, res, next) => { if (!req.cookies.token) { next(new Error("no")); } next(); }',
    "the function is left for some": '(req, res, next) => { if (!req.cookies.token) { next(new Error("no")); if (req.query.loud) return; } next(); }',
    "an answer without an end": "(req, res, next) => { try { req.user = verify(req.cookies.token, process.env.KEY); } catch { res.sendStatus(401); } next(); }",
    "a promise that is kept either way": "async (req, res, next) => { req.user = await new Promise((resolve) => { jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { resolve(user); }); }); next(); }",
    "the error is only logged": "(req, res, next) => { jwt.verify(req.cookies.token, process.env.KEY, (error, user) => { if (error) { console.log(error); } req.user = user; next(); }); }",
}


def told(check: str) -> set[str]:
    files = {"prisma.ts": PRISMA, "notes.ts": NOTES, "app.ts": APP, "check.ts": CHECK.replace("CHECK", check)}
    found = followed(files)
    assert [(entry.verb, entry.path) for entry in found.context.map.entries] == [("DELETE", "/api/[part]/[id]")]
    return {
        one.rule for one in found.findings if one.rule in {"missing-session", "ineffective-guard", "id-only-lookup"}
    }


@pytest.mark.parametrize("check", LETS_IN.values(), ids=LETS_IN)
def test_whoever_is_let_through_is_signed_in(check):
    """A starter that many copy writes it like that; none of its routes was seen, and the check was said to stop nobody."""
    assert told(check) == {"id-only-lookup"}


@pytest.mark.parametrize("check", STOPS_NOBODY.values(), ids=STOPS_NOBODY)
def test_a_refusal_that_goes_on_stops_nobody(check):
    assert "id-only-lookup" not in told(check)


LISTED = """
import express from "express";
import { check } from "./check";
import { notes } from "./notes";
const app = express();
const router = express.Router();
router.use(check);
const all = [{ path: "/notes", route: notes }];
LOOP
app.use("/v1", router);
app.listen(3000);
"""
ROUTER = """
import { Router } from "express";
import { prisma } from "./prisma";
export const notes = Router();
notes.delete("/:id", async (req, res) => { await prisma.note.delete({ where: { id: req.params.id } }); res.json({}); });
"""


@pytest.mark.parametrize(
    "loop",
    [
        "all.forEach((one) => { router.use(one.path, one.route); });",
        "all.forEach(({ path, route }) => router.use(path, route));",
        "for (const one of all) { router.use(one.path, one.route); }",
    ],
    ids=["for each", "its parts", "a loop"],
)
def test_routers_that_stand_in_a_list_are_behind_what_stands_before_it(loop):
    """Every route of the list was said to be open to the whole internet."""
    check = CHECK.replace("CHECK", LETS_IN["the answer stands last"])
    files = {"prisma.ts": PRISMA, "notes.ts": ROUTER, "app.ts": LISTED.replace("LOOP", loop), "check.ts": check}
    found = followed(files)
    assert [(entry.verb, entry.path) for entry in found.context.map.entries] == [("DELETE", "/v1/notes/[id]")]
    assert {one.rule for one in found.findings} & {"missing-session", "id-only-lookup"} == {"id-only-lookup"}


HELD = """
const express = require("express");
const jwt = require("jsonwebtoken");
const ApiRouter = require("./api");
class Server {
  constructor() { this.apiRouter = new ApiRouter(this); }
  authMiddleware(req, res, next) {
    try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); } catch { return res.sendStatus(401); }
    next();
  }
  start() {
    const app = express();
    const router = express.Router();
    app.use("/base", router);
    router.use("/api", this.authMiddleware.bind(this), this.apiRouter.router);
    app.listen(3000);
  }
}
new Server().start();
"""
API = """
const express = require("express");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
class ApiRouter {
  constructor(server) {
    this.router = express.Router();
    this.init();
  }
  init() { this.router.delete("/progress/:id", this.remove.bind(this)); }
  async remove(req, res) {
    await prisma.progress.delete({ where: { id: req.params.id } });
    res.sendStatus(200);
  }
}
module.exports = ApiRouter;
"""


def test_a_router_that_another_class_holds():
    found = followed({"server.js": HELD, "api.js": API})
    assert [(one.verb, one.path) for one in found.context.map.entries] == [("DELETE", "/base/api/progress/[id]")]
    assert {one.rule for one in found.findings} & {"missing-session", "id-only-lookup"} == {"id-only-lookup"}
