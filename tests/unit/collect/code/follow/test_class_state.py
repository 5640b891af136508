"""Services that are classes: one instance for all, kept in a static field, and repositories that hand their model to the class above."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
REMOVE = "async remove(id) { return prisma.note.delete({ where: { id } }); }"
KEPT = f"""
import {{ prisma }} from "./prisma";
export class Notes {{
  static instance = null;
  static getInstance() {{
    if (!Notes.instance) {{ Notes.instance = new Notes(); }}
    return Notes.instance;
  }}
  {REMOVE}
}}
export const notes = Notes.getInstance();
"""
PROVIDED = f"""
import {{ prisma }} from "./prisma";
class Notes {{ {REMOVE} }}
class Provider {{
  static instance;
  static initialize(kind) {{
    switch (kind) {{
      case "local": throw new Error("not here");
      default: this.instance = new Notes();
    }}
  }}
  static getInstance() {{
    if (!Provider.instance) {{
      Provider.initialize(process.env.KIND);
      if (!Provider.instance) throw new Error("no provider");
    }}
    return Provider.instance;
  }}
}}
export const notes = Provider.getInstance();
"""
INHERITED = """
import { prisma } from "./prisma";
class Repository {
  constructor(model) { this.model = model; }
  async remove(id) { return this.model.delete({ where: this.found(id) }); }
}
class Notes extends Repository {
  constructor() { super(prisma.note); }
  found(id) { return { id }; }
}
export const notes = new Notes();
"""
ROUTE = """
import { notes } from "../../../../lib/notes";
export async function DELETE(request, { params }) {
  await notes.remove(params.id);
  return new Response(null, { status: 204 });
}
"""


@pytest.mark.parametrize("module", [KEPT, PROVIDED, INHERITED], ids=["kept", "provided", "inherited"])
def test_the_query_of_a_service_is_seen(module):
    """The handler called an object that nobody was seen to make, and deleted notes without one question."""
    files = {"lib/prisma.ts": PRISMA, "lib/notes.ts": module, "app/api/notes/[id]/route.ts": ROUTE}
    queries = map_of(files).entries[0].queries
    assert [(query.verb, query.table) for query in queries] == [("delete", "note")]
    assert [origin.path for condition in queries[0].filters for origin in condition.origins] == ["path.id"]


def test_a_class_that_asks_for_itself_while_it_is_made():
    """No end otherwise."""
    module = KEPT.replace(
        "static instance = null;", "static instance = null;\n  constructor() { this.same = Notes.getInstance(); }"
    )
    files = {"lib/prisma.ts": PRISMA, "lib/notes.ts": module, "app/api/notes/[id]/route.ts": ROUTE}
    assert map_of(files).entries[0].queries


STORES = """
import { prisma } from "./prisma";
import { copyOf } from "./copies";
class Rows { async remove(id) { return prisma.note.delete({ where: { id } }); } }
class Copies { async remove(id) { return copyOf(id); } }
class Notes {
  constructor() {
    if (process.env.KEEP_COPIES === "true") { FIRST } else { SECOND }
  }
  async remove(id) { return this.store.remove(id); }
}
export const notes = new Notes();
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("this.store = new Rows();", "this.store = new Copies();"),
        ("this.store = new Copies();", "this.store = new Rows();"),
    ],
)
def test_whichever_of_two_stores_the_settings_choose_is_asked(first, second):
    """The last of two that the text names was taken; the other one handed out everybody's files."""
    files = {
        "lib/prisma.ts": PRISMA,
        "lib/copies.ts": "export const copyOf = (id) => id;",
        "lib/notes.ts": STORES.replace("FIRST", first).replace("SECOND", second),
        "app/api/notes/[id]/route.ts": ROUTE,
    }
    assert [(query.verb, query.table) for query in map_of(files).entries[0].queries] == [("delete", "note")]
