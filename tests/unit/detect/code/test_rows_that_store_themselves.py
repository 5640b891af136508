"""The document was found by its id and saved; nothing in the query that found it said that anything would be written."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


MONGOOSE = """
    import mongoose from "mongoose";
    const schema = new mongoose.Schema({ name: String, owner: String, plan: String });
    const Note = mongoose.models.Note || mongoose.model("Note", schema);
"""
SEQUELIZE = """
    import { Sequelize, DataTypes } from "sequelize";
    const sequelize = new Sequelize(process.env.DATABASE_URL);
    const Note = sequelize.define("Note", { userId: DataTypes.STRING, name: DataTypes.STRING });
"""
MINE = {
    MONGOOSE: "Note.find({ owner: session.user.id })",
    SEQUELIZE: "Note.findAll({ where: { userId: session.user.id } })",
}
GIVEN = "const { id, name, ...rest } = await request.json();"


def heard(body, library):
    listed = f"export async function GET() {{ const session = await auth(); if (!session?.user) return new Response(null, {{ status: 401 }}); return Response.json(await {MINE[library]}); }}"
    return of_route(f"{GIVEN} {body} return Response.json({{ ok: true }});", verb="PATCH", head=f"{library}\n{listed}")


@pytest.mark.parametrize(
    ("body", "library"),
    [
        ("const note = await Note.findById(id); note.name = name; await note.save();", MONGOOSE),
        ("const note = await Note.findById(id); await note.deleteOne();", MONGOOSE),
        ("const note = await Note.findByPk(id); await note.update({ name });", SEQUELIZE),
        ("const note = await Note.findByPk(id); await note.destroy();", SEQUELIZE),
    ],
)
def test_a_row_that_anybody_names_is_changed_by_its_own_method(body, library):
    assert heard(body, library) == ["id-only-lookup"]


@pytest.mark.parametrize(
    ("body", "library"),
    [
        (
            "const note = await Note.findOne({ _id: id, owner: session.user.id }); note.name = name; await note.save();",
            MONGOOSE,
        ),
        (
            "const note = await Note.findById(id); if (note.owner.toString() !== session.user.id) throw new Error('no'); await note.deleteOne();",
            MONGOOSE,
        ),
        ("const note = new Note({ name, owner: session.user.id }); await note.save();", MONGOOSE),
        (
            "const note = await Note.findOne({ where: { id, userId: session.user.id } }); await note.update({ name });",
            SEQUELIZE,
        ),
        ("await Note.update(rest, { where: { id, userId: session.user.id }, fields: ['name'] });", SEQUELIZE),
    ],
)
def test_ones_own_row_is_ones_own_to_change(body, library):
    assert heard(body, library) == []


@pytest.mark.parametrize(
    ("body", "library"),
    [
        ("const note = new Note({ ...(await request.json()), owner: session.user.id }); await note.save();", MONGOOSE),
        (
            "const note = await Note.findOne({ _id: id, owner: session.user.id }); Object.assign(note, await request.json()); await note.save();",
            MONGOOSE,
        ),
        (
            "const note = await Note.findOne({ _id: id, owner: session.user.id }); note.set(await request.json()); await note.save();",
            MONGOOSE,
        ),
        (
            "const note = await Note.findOne({ where: { id, userId: session.user.id } }); await note.update(await request.json());",
            SEQUELIZE,
        ),
    ],
)
def test_a_whole_body_that_is_set_on_a_row_is_written_into_it(body, library):
    assert heard(body, library) == ["mass-assignment"]


def test_an_object_in_the_body_is_as_whole_as_the_body():
    head = """
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await db.project.findMany({ where: { userId: session.user.id }, select: { id: true } }));
        }
    """
    update = (
        "await db.project.update({ where: { id, userId: session.user.id }, data: DATA }); return Response.json({});"
    )
    read = "const { id, data } = await request.json();"
    assert of_route(f"{read} {update.replace('DATA', 'data')}", verb="PATCH", head=head) == ["mass-assignment"]
    assert of_route(f"{read} {update.replace('DATA', '{ settings: data }')}", verb="PATCH", head=head) == []


def test_an_object_is_laid_out_in_a_statement():
    head = 'import postgres from "postgres"; const sql = postgres(process.env.DATABASE_URL);'
    update = "await sql`update notes set ${sql(SET)} where id = ${body.id} and user_id = ${session.user.id}`; return Response.json({});"
    read = "const body = await request.json();"
    assert of_route(f"{read} {update.replace('SET', 'body')}", verb="PATCH", head=head) == ["mass-assignment"]
    named = update.replace("SET", "body, 'name', 'color'")
    assert of_route(f"{read} {named}", verb="PATCH", head=head) == []


def test_a_class_that_is_told_its_table_later_stands_for_it():
    """``initModels(sequelize)`` as generators write it: what ``init`` answers is the class."""
    head = """
        import { Sequelize, DataTypes, Model } from "sequelize";
        class Letter extends Model {
          static initModel(sequelize) { return Letter.init({ userId: DataTypes.STRING, name: DataTypes.STRING }, { sequelize }); }
        }
        const tables = { models: {}, start() { tables.models = { Letter: Letter.initModel(new Sequelize(process.env.DATABASE_URL)) }; } };
    """
    body = "tables.start(); const letter = await tables.models.Letter.findOne({ where: WHERE }); await letter.update({ name }); return Response.json({});"
    named = "const { id, name } = await request.json();"
    assert of_route(f"{named} {body.replace('WHERE', '{ id }')}", verb="PATCH", head=head) == ["id-only-lookup"]
    assert (
        of_route(f"{named} {body.replace('WHERE', '{ id, userId: session.user.id }')}", verb="PATCH", head=head) == []
    )
