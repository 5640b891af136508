"""An application on Firebase: routers that a helper makes, middleware that checks the token, rows behind transactions."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import GuardKind
from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "server/admin.ts": """
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFirestore } from "firebase-admin/firestore";
const app = initializeApp();
export const auth = getAuth(app);
export const db = getFirestore(app);
export const SITES = db.collection("sites");
""",
    "utils/router.ts": """
import nc from "next-connect";
export function router() { return nc({ onError: (error, request, response) => response.status(500).end() }); }
export function firstValues(request) {
  const values = {};
  for (const [name, value] of Object.entries(request.query)) values[name] = Array.isArray(value) ? value[0] : value;
  return values;
}
""",
    "server/checks.ts": """
import { auth } from "./admin";
import { firstValues } from "../utils/router";
export const signedIn = async (request, response, next) => {
  request.user = await auth.verifyIdToken(request.headers.authorization);
  next();
};
export const themselves = async (request, response, next) => {
  const { uid } = firstValues(request);
  const claims = await auth.verifyIdToken(request.headers.authorization);
  if (claims.uid !== uid) throw new Error("somebody else");
  next();
};
""",
    "server/sites.ts": """
import { SITES, db } from "./admin";
import { firstValues } from "../utils/router";
export async function rename(request, response) {
  const { siteId } = firstValues(request);
  const site = SITES.doc(siteId);
  await db.runTransaction(async (transaction) => {
    const found = (await transaction.get(site)).data();
    OWNED
    transaction.update(site, { name: request.body.name });
  });
  response.status(200).end();
}
export async function remove(request, response) {
  const { uid } = firstValues(request);
  await db.collection("profiles").doc(uid).delete();
  response.status(200).end();
}
""",
    "pages/api/sites/[siteId].ts": """
import { router } from "../../../utils/router";
import { signedIn } from "../../../server/checks";
import { rename } from "../../../server/sites";
const handler = router().put(signedIn, rename);
export default handler;
""",
    "pages/api/profiles/[uid].ts": """
import { router } from "../../../utils/router";
import { themselves } from "../../../server/checks";
import { remove } from "../../../server/sites";
export default router().delete(themselves, remove);
""",
}


def _entries(owned: str = ""):
    files = {path: text.replace("OWNED", owned) for path, text in FILES.items()}
    return {entry.id: entry for entry in map_of(files).entries}


def test_a_router_that_a_helper_makes_is_handlers_with_verbs_behind_their_checks():
    """Nobody was asked, it was said of every handler, and the only one that was looked at was the last."""
    found = _entries()
    assert set(found) == {"PUT /api/sites/[siteId]", "DELETE /api/profiles/[uid]"}
    assert [guard.kind for guard in found["PUT /api/sites/[siteId]"].guards] == [GuardKind.SESSION]


def test_what_a_transaction_is_handed_is_read_and_written():
    """A site was renamed by whoever sent its id, inside a transaction."""
    read, written = _entries()["PUT /api/sites/[siteId]"].queries
    assert (read.verb, read.table, read.tie) == ("select", "sites", None)
    assert (written.verb, written.table, written.tie) == ("update", "sites", None)
    assert {origin.path for origin in written.filters[0].origins} >= {"query.siteId"}
    assert [part.column for part in written.written] == ["name"]


def test_the_owner_of_what_a_transaction_read_ties_what_it_writes():
    owned = 'if (found.uid !== request.user.uid) throw new Error("forbidden");'
    assert all(query.tie is not None for query in _entries(owned)["PUT /api/sites/[siteId]"].queries)


def test_an_id_that_middleware_compared_with_the_token_is_the_callers():
    """The handler itself asks nobody, and need not."""
    entry = _entries()["DELETE /api/profiles/[uid]"]
    asked = {origin.path for origin in entry.queries[0].filters[0].origins}
    proven = {one.path for guard in entry.guards if guard.kind is GuardKind.MEMBERSHIP for one in guard.subjects}
    assert asked
    assert asked <= proven


DIGEST = """
    import * as admin from "firebase-admin";
    import * as functions from "firebase-functions";
    export const sendDigest = functions.https.onCall(async (data, context) => {
      ASKED
      const db = admin.firestore();
      const people = await db.collection("people").get();
      const batch = db.batch();
      people.forEach((person) => {
        batch.set(person.ref.collection("notices").doc(), { title: data.title });
        batch.update(person.ref, { seen: false });
      });
      for (const gone of people.docs) batch.delete(gone.ref);
      await batch.commit();
      return { ok: true };
    });
"""


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ("", ["missing-session"]),
        ('if (!context.auth?.token.admin) throw new functions.https.HttpsError("permission-denied", "no");', []),
    ],
)
def test_documents_that_were_found_are_changed_by_their_reference(asked, rules):
    told = followed({"functions/src/index.ts": DIGEST.replace("ASKED", asked)})
    assert rules_of(told) == rules
    (entry,) = told.context.map.entries
    assert [(one.verb, one.table) for one in entry.queries] == [
        ("select", "people"),
        ("upsert", "notices"),
        ("update", "people"),
        ("delete", "people"),
    ]


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ("", ["identity-from-request"]),
        ("if (!context.auth) throw new Error();", ["identity-from-request"]),
        ("if (context.auth?.uid !== data.userId) throw new Error();", []),
    ],
)
def test_a_callable_of_the_first_generation_is_told_who_calls_beside_the_data(asked, rules):
    app = """
        const admin = require("firebase-admin");
        const functions = require("firebase-functions");
        exports.myNotes = functions.region("europe-west1").https.onCall(async (data, context) => {
          ASKED
          const found = await admin.firestore().collection("notes").where("userId", "==", data.userId).get();
          return found.docs.map((one) => one.data());
        });
    """
    assert rules_of(followed({"functions/index.js": app.replace("ASKED", asked)})) == rules
