"""Passport's own question on the request, and a house of one person that needs no sign-in: both were read as open to the internet."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


APP = """
import express from "express";
import { check } from "./check";
import notes from "./notes";
const app = express();
app.use("/notes", check, notes);
app.listen(3000);
"""
NOTES = """
import express from "express";
import { Note } from "./model";
const router = express.Router();
router.delete("/:id", async (req, res) => {
  await Note.findOneAndDelete({ WHERE });
  res.sendStatus(200);
});
export default router;
"""
MODEL = """
import mongoose from "mongoose";
export const Note = mongoose.model("Note", new mongoose.Schema({ team: String, title: String }));
"""
OWN, ANY = "_id: req.params.id, team: req.user.team", "_id: req.params.id"
VERIFY = 'import { verify } from "jsonwebtoken"; const local = process.env.LOCAL_APP === "yes"; '
ASKS = {
    "lets in who is signed in": "export function check(req, res, next) { if (req.isAuthenticated()) return next(); res.sendStatus(401); }",
    "sends the others away": "export function check(req, res, next) { if (!req.isAuthenticated()) return res.sendStatus(401); next(); }",
    "the other question": "export function check(req, res, next) { if (req.isUnauthenticated()) { return res.sendStatus(401); } next(); }",
    "one person by a setting": VERIFY
    + 'export function check(req, res, next) { if (local) { req.user = { id: "local", team: "local" }; return next(); } if (req.isAuthenticated()) return next(); res.sendStatus(401); }',
    "one person, else a token": VERIFY
    + 'export function check(req, res, next) { if (local) { req.user = { id: "local", team: "local" }; return next(); } try { req.user = verify(req.headers.authorization, process.env.KEY); next(); } catch { res.sendStatus(401); } }',
}
ASKS_NOBODY = {
    "only looked at": "export function check(req, res, next) { console.log(req.isAuthenticated()); next(); }",
    "one person, else anybody": VERIFY
    + 'export function check(req, res, next) { if (local) { req.user = { id: "local", team: "local" }; return next(); } next(); }',
    "everybody by a setting": VERIFY
    + "export function check(req, res, next) { if (local) { return next(); } if (req.isAuthenticated()) return next(); res.sendStatus(401); }",
    "their own question": "export function check(req, res, next) { req.isAuthenticated = () => true; if (!req.isAuthenticated()) return res.sendStatus(401); next(); }",
}


def _told(check: str, where: str) -> set[str]:
    files = {"app.ts": APP, "notes.ts": NOTES.replace("WHERE", where), "model.ts": MODEL, "check.ts": check}
    return {one.rule for one in followed(files).findings}


@pytest.mark.parametrize("check", ASKS.values(), ids=ASKS)
def test_whoever_comes_through_is_signed_in(check):
    assert _told(check, OWN) == set()
    assert _told(check, ANY) == {"id-only-lookup"}


@pytest.mark.parametrize("check", ASKS_NOBODY.values(), ids=ASKS_NOBODY)
def test_anybody_comes_through(check):
    assert _told(check, ANY) == {"missing-session"}
