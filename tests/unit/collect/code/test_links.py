"""Keys of the schema that the code keeps, in every form they are declared."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


TABLES = """
import { foreignKey, pgTable, uuid } from "drizzle-orm/pg-core";
import { relations } from "drizzle-orm";
import { plans as tariffs } from "./plans";
export const flows = pgTable("work_flows", { id: uuid("id").primaryKey() });
"""
PLANS = (
    'import { pgTable, uuid } from "drizzle-orm/pg-core";\nexport const plans = pgTable("plans", { id: uuid("id") });\n'
)
PLAIN = 'export const steps = pgTable("steps", { id: uuid("id"), flow: uuid("flow_id") });\n'


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (
            'export const steps = pgTable("steps", { flow: uuid("flow_id").notNull().references(() => flows.id, { onDelete: "cascade" }) });',
            "work_flows",
        ),
        ('export const steps = pgTable("steps", { flow: uuid("f").references(() => tariffs.id) });', "plans"),
        (
            'export const steps = pgTable("steps", { flow: uuid("f") }, (t) => [foreignKey({ columns: [t.flow], foreignColumns: [flows.id] }).onDelete("cascade")]);',
            "work_flows",
        ),
        (
            'export const steps = pgTable("steps", { flow: uuid("f") }, (t) => ({ link: foreignKey({ columns: [t.flow], foreignColumns: [flows.id] }) }));',
            "work_flows",
        ),
        (
            PLAIN
            + "export const more = relations(steps, ({ one }) => ({ parent: one(flows, { fields: [steps.flow], references: [flows.id] }) }));",
            "work_flows",
        ),
        (PLAIN + "export const more = relations(steps, ({ many }) => ({ parents: many(flows) }));", None),
        ('export const steps = pgTable("steps", { flow: uuid("f") });', None),
    ],
)
def test_a_column_of_drizzle(schema, found):
    links = map_of({"db/schema.ts": TABLES + schema, "db/plans.ts": PLANS}).links
    assert links.get("steps", {}).get("flow") == found


def test_a_relation_of_prisma():
    schema = """
model Step {
  id     String @id
  flowNo String
  flow   Flow? @relation("steps", fields: [flowNo], references: [id], onDelete: Cascade)
  plans  Plan[]
}
model Flow {
  id String @id
  steps Step[] @relation("steps")
}
"""
    assert map_of({"prisma/schema.prisma": schema}).links == {"Step": {"flowNo": "Flow"}}
