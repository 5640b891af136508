"""Where a library put what was sent is no path that the request names; a path of the body is one."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


SERVER = """
import express from "express";
import fs from "fs";
import multer from "multer";
import jwt from "jsonwebtoken";
const upload = multer({ dest: "uploads/" });
const app = express();
function signedIn(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); } catch { return res.sendStatus(401); }
  next();
}
app.post("/photos", signedIn, upload.single("photo"), (req, res) => { fs.unlinkSync(KEPT); res.json({}); });
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("req.file.path", set()),
        ("`uploads/${req.file.filename}`", set()),
        ("req.files[0].path", set()),
        ("req.body.path", {"id-only-lookup"}),
        ("`uploads/${req.file.originalname}`", {"id-only-lookup"}),
    ],
)
def test_a_file_is_taken_away_where_the_library_put_it(kept, expected):
    found = followed({"server.js": SERVER.replace("KEPT", kept)}).findings
    assert {one.rule for one in found if one.rule == "id-only-lookup"} == expected
