"""A body went into a row with whatever keys it had, although a schema stood before it; and rows that point at rows of others."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


OWN = "where: { id, userId: user.id }"


def stored(data, *, head="", before=""):
    return of_action(f"{before} await db.project.update({{ {OWN}, data: {data} }});", head=head)


@pytest.mark.parametrize(
    ("parsed", "head"),
    [
        ("z.object({ name: z.string() }).passthrough().parse(input)", ""),
        ("z.looseObject({ name: z.string() }).parse(input)", ""),
        ("z.record(z.any()).parse(input)", ""),
        ("z.any().parse(input)", ""),
        ("v.parse(v.looseObject({ name: v.string() }), input)", 'import * as v from "valibot";'),
        ("await yup.object({ name: yup.string() }).validate(input)", 'import * as yup from "yup";'),
        (
            "createInsertSchema(projects).partial().parse(input)",
            'import { createInsertSchema } from "drizzle-zod";\nimport { projects } from "@/lib/tables";',
        ),
    ],
)
def test_a_schema_that_lets_other_keys_through_protects_no_row(parsed, head):
    assert "mass-assignment" in stored(parsed, head=head)


@pytest.mark.parametrize(
    ("parsed", "head"),
    [
        ("z.object({ name: z.string() }).parse(input)", ""),
        ("z.object({ name: z.string() }).strict().parse(input)", ""),
        ('z.record(z.enum(["a", "b"]), z.string()).parse(input)', ""),
        ("v.parse(v.object({ name: v.string() }), input)", 'import * as v from "valibot";'),
        (
            "await yup.object({ name: yup.string() }).validate(input, { stripUnknown: true })",
            'import * as yup from "yup";',
        ),
        ("await object({ name: string() }).noUnknown().validate(input)", 'import { object, string } from "yup";'),
        (
            "createInsertSchema(projects).pick({ name: true }).parse(input)",
            'import { createInsertSchema } from "drizzle-zod";\nimport { projects } from "@/lib/tables";',
        ),
        ('pick(input, ["name", "color"])', 'import { pick } from "lodash";'),
        ('R.pick(["name", "color"], input)', 'import * as R from "ramda";'),
    ],
)
def test_a_schema_that_drops_them_does(parsed, head):
    assert stored(parsed, head=head) == []


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("z.any()", True),
        ("z.record(z.string(), z.unknown())", True),
        ("z.object({ name: z.string() }).passthrough()", True),
        ("z.object({ name: z.string() })", False),
        ("projectSchema", False),
    ],
)
def test_a_field_that_takes_anything_is_written_with_all_its_keys(inner, told):
    said = stored(
        "data",
        before=f"const {{ data }} = z.object({{ data: {inner} }}).parse(input);",
        head='import { projectSchema } from "@acme/schemas";',
    )
    assert ("mass-assignment" in said) is told


def test_what_was_checked_is_not_what_was_written():
    checked = (
        "const parsed = z.object({ name: z.string() }).safeParse(input); if (!parsed.success) throw new Error('bad');"
    )
    assert "mass-assignment" in stored("input", before=checked)
    assert stored("parsed.data", before=checked) == []


def test_keys_that_the_request_picks_are_no_list():
    assert "mass-assignment" in stored("pick(input, Object.keys(input))", head='import { pick } from "lodash";')


PROJECTS = {
    "app/api/projects/route.ts": """
        import { db } from "@/lib/db";
        import { auth } from "@/auth";
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await db.project.findMany({ where: { userId: session.user.id }, select: { id: true } }));
        }
    """
}
TASK = 'await db.task.create({ data: { projectId, title: "x", userId: user.id } });'
LOOKED = "const project = await db.project.findFirst({ where: { id: projectId, userId: user.id } });"


def linked(body):
    return of_action(body, given="projectId, input", files=PROJECTS)


def test_a_project_that_was_looked_for_and_never_asked_about_is_anybodys():
    assert linked(f"{LOOKED} if (!project) console.warn('nope'); {TASK}") == ["foreign-reference-unchecked"]
    both = f"const [project, task] = await Promise.all([db.project.findFirst({{ where: {{ id: projectId, userId: user.id }} }}), {TASK.removeprefix('await ').rstrip(';')}]); return task.id;"
    assert linked(both) == ["foreign-reference-unchecked"]


@pytest.mark.parametrize(
    "body",
    [
        f"{LOOKED} if (!project) throw new Error('no'); {TASK}",
        f"{LOOKED} if (project) {{ {TASK} }}",
        f"{LOOKED} project && {TASK}",
        f"await db.project.findFirstOrThrow({{ where: {{ id: projectId, userId: user.id }} }}); {TASK}",
        'await db.task.create({ data: { title: "x", user: { connect: { id: user.id } }, project: { connect: { id: projectId, userId: user.id } } } });',
    ],
)
def test_one_that_has_to_be_the_callers_is_theirs(body):
    assert linked(body) == []


def test_that_a_project_exists_says_nothing_of_whose_it_is():
    found = "const project = await db.project.findUnique({ where: { id: projectId } }); if (!project) throw new Error('no');"
    assert linked(
        f'{found} await db.task.create({{ data: {{ projectId: project.id, title: "x", userId: user.id }} }});'
    ) == ["foreign-reference-unchecked"]


def test_rows_that_are_set_as_a_relation_are_links():
    written = "data: { projects: { set: input.ids.map((id) => ({ id })) } }"
    assert linked(f"await db.tag.update({{ where: {{ id: input.tag, userId: user.id }}, {written} }});") == [
        "foreign-reference-unchecked"
    ]


ROW = "const row = z.object({ id: z.string(), name: z.string(), note: z.object({ text: z.string() }), ownerId: z.string() });"


@pytest.mark.parametrize(
    ("parsed", "stored_whole"),
    [
        ("z.object({ note: row.shape.note }).parse(input).note", False),  # once read as all keys of the row
        ("z.object({ name: row.shape.name }).parse(input)", False),
        ("z.object({ ...row.shape, extra: z.string() }).omit({ ownerId: true }).parse(input)", False),
        ("z.object({ ...row.shape, extra: z.string() }).passthrough().parse(input)", True),
    ],
)
def test_fields_lent_from_another_schema(parsed, stored_whole):
    assert ("mass-assignment" in stored(parsed, before=ROW)) is stored_whole


def test_a_lent_field_has_its_own_keys_and_no_others():
    found = of_action(
        f"{ROW} const given = z.object({{ key: row.shape.id }}).parse(input); await db.project.delete({{ where: {{ id: given.key }} }});"
    )
    assert "identity-from-request" not in found
    assert "id-only-lookup" in found
