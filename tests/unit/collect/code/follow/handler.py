"""One handler in a small application, and what the map says of it."""

from __future__ import annotations

from assistant.collect.code.map import map_of


PRISMA = """
import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
"""
AUTH = """
import NextAuth from "next-auth";
export const { handlers, auth } = NextAuth({});
"""
TSCONFIG = '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'
HEAD = """
import { NextResponse } from "next/server";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";
"""


def entry_of(body: str, *, path: str = "app/api/chats/[id]/route.ts", head: str = HEAD, **more: str):
    """The only entry of a small application with one handler."""
    files = {"lib/prisma.ts": PRISMA, "auth.ts": AUTH, "tsconfig.json": TSCONFIG, path: head + body}
    files |= {name.replace("__", "/") + ".ts": text for name, text in more.items()}
    found = [entry for entry in map_of(files).entries if entry.place.file == path]
    assert len(found) == 1, [entry.id for entry in found]
    return found[0]


def last(entry):
    return entry.queries[-1]
