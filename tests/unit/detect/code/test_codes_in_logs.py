"""The code that signs somebody in was read in the log, minutes before its owner found the mail."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


STORED = "await db.otp.create({ data: { email, code } });"
HEAD = 'import crypto from "crypto";\nimport { nanoid } from "nanoid";\nimport { v4 as newId, v5 } from "uuid";\nimport * as uuid from "uuid";'


def heard(body):
    given = "const { email, otp } = await request.json();"
    return of_route(f"{given} {body} return Response.json({{ ok: true }});", session="", verb="POST", head=HEAD)


@pytest.mark.parametrize(
    "body",
    [
        f'const code = crypto.randomInt(100000, 999999); {STORED} console.log("OTP", code);',
        f"const code = Math.floor(Math.random() * 1e6); {STORED} console.log(`Code for you: ${{code}}`);",
        "const token = crypto.randomUUID(); await db.passwordResetToken.create({ data: { email, token } }); console.log(`Reset: ${process.env.URL}/reset?token=${token}`);",
        "const token = nanoid(); await db.invitation.create({ data: { email, token } }); console.log('Link', `https://acme.com/join/${token}`);",
        "const token = newId(); await db.invitation.create({ data: { email, token } }); console.log(`Invited ${email} with token: ${token}`);",
        "const token = uuid.v7(); await db.invitation.create({ data: { email, token } }); console.log(`Invited with token: ${token}`);",
        "const row = await db.verificationToken.findFirst({ where: { email } }); console.log('found', row.token);",
        "console.log('verify', otp);",
    ],
)
def test_it_signs_in_whoever_reads_it(body):
    assert "personal-data-logged" in heard(body)


@pytest.mark.parametrize(
    "body",
    [
        f'const code = crypto.randomInt(100000, 999999); {STORED} console.log("OTP sent");',
        "const token = crypto.randomUUID(); const row = await db.passwordResetToken.create({ data: { email, token } }); console.log('link sent', row.id);",
        "const asked = crypto.randomUUID(); console.log('token asked for in', asked);",
        "const token = crypto.randomUUID(); await db.passwordResetToken.create({ data: { email, token } }); if (process.env.NODE_ENV === 'development') console.log('link', `/reset?token=${token}`);",
        "const expires = new Date(); await db.passwordResetToken.create({ data: { email, expires, at: expires } }); console.log(`Token valid until ${expires}`);",
        "console.log('length', otp.length);",
        "const found = await fetch('https://acme.com'); console.log('code', found.status);",
    ],
)
def test_it_was_not_in_the_log(body):
    assert "personal-data-logged" not in heard(body)
