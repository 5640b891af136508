"""Fields of GraphQL: who the context says is calling, what shields and scopes ask, and which rows a resolver reaches."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from tests.unit.detect.code.rig import followed, rules_of


BASE = {
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({ providers: [] });\n',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
}
CONTEXT = "async ({ request }) => { const session = await auth(); return { db, user: session?.user ?? null }; }"
YOGA = """
import { createYoga, createSchema } from "graphql-yoga";
import { auth } from "@/auth";
import { db } from "@/lib/db";
import { resolvers } from "@/graphql/resolvers";
const yoga = createYoga({ schema: createSchema({ typeDefs: "", resolvers }), context: CONTEXT });
export { yoga as GET, yoga as POST };
"""
RESOLVERS = """
import { db } from "@/lib/db";
TOP
export const resolvers = {
  Query: {
    mine: async (_parent, _args, ctx) => { if (!ctx.user) throw new Error("401"); return db.invoice.findMany({ where: { userId: ctx.user.id } }); },
  },
  Mutation: { FIELD },
};
"""
ASKED = 'if (!ctx.user) throw new Error("401");'
REMOVES = "db.invoice.delete({ where: { id: args.id } })"
LOOSE = f"remove: async (_p, args, ctx) => {{ {ASKED} return {REMOVES}; }}"
PLAIN = f"remove: async (_p, args, ctx) => {REMOVES}"
OWN = "remove: async (_p, { id }, ctx) => db.invoice.deleteMany({ where: { id, userId: ctx.user.id } })"


def yoga(field, *, top="", context=CONTEXT, **more):
    files = {name.replace("_", "/") + ".ts": text for name, text in more.items()}
    return {
        **BASE,
        "app/api/graphql/route.ts": YOGA.replace("CONTEXT", context),
        "graphql/resolvers.ts": RESOLVERS.replace("TOP", top).replace("FIELD", field),
        **files,
    }


def told(files):
    return rules_of(followed(files))


GUARDED = 'const guarded = (next) => (parent, args, ctx, info) => { if (!ctx.user) throw new Error("401"); return next(parent, args, ctx, info); };'
ADMINS = 'const admins = (next) => (parent, args, ctx, info) => { if (ctx.user?.role !== "admin") throw new Error("403"); return next(parent, args, ctx, info); };'
COMBINED = """
import { combineResolvers, skip } from "graphql-resolvers";
const isOwner = async (_p, { id }, ctx) => { const row = await db.invoice.findUnique({ where: { id } }); if (row.userId !== ctx.user?.id) throw new Error("404"); return skip; };
const isThere = (_p, _a, ctx) => { if (!ctx.user) throw new Error("401"); return skip; };
"""


@pytest.mark.parametrize(
    ("field", "top"),
    [
        (LOOSE, ""),
        (PLAIN, ""),
        (f"async remove(_p, args, {{ db, user }}) {{ if (!user) return null; return {REMOVES}; }}", ""),
        (f"remove: guarded(async (_p, args, ctx) => {REMOVES})", GUARDED),
        (f"remove: combineResolvers(isThere, async (_p, args, ctx) => {REMOVES})", COMBINED),
    ],
)
def test_a_field_that_finds_rows_by_any_id(field, top):
    assert {"id-only-lookup", "missing-session"} & set(told(yoga(field, top=top)))


@pytest.mark.parametrize(
    ("field", "top"),
    [
        (OWN, ""),
        (f'remove: async (_p, args, ctx) => {{ if (ctx.user?.role !== "admin") throw new Error("403"); return {REMOVES}; }}', ""),
        (f"remove: admins(async (_p, args, ctx) => {REMOVES})", ADMINS),
        (f"remove: combineResolvers(isThere, isOwner, async (_p, args, ctx) => {REMOVES})", COMBINED),
    ],
)  # fmt: skip
def test_a_field_that_asks(field, top):
    assert told(yoga(field, top=top)) == []


SHIELD = """
import { rule, shield, and, or } from "graphql-shield";
const isThere = rule({ cache: "contextual" })(async (_p, _a, ctx) => ctx.user !== null);
const isAdmin = rule()(async (_p, _a, ctx) => ctx.user?.role === "admin");
const isOwner = rule()(async (_p, args, ctx) => { const row = await ctx.db.invoice.findUnique({ where: { id: args.id } }); return row.userId === ctx.user.id; });
export const permissions = shield(TREE);
"""


@pytest.mark.parametrize(
    ("tree", "leaks"),
    [
        ("{ Mutation: { remove: isThere } }", True),
        ("{ Mutation: { remove: or(isThere, isAdmin) } }", True),
        ("{ Mutation: { other: isAdmin } }", True),
        ("{ Mutation: { remove: isAdmin } }", False),
        ("{ Mutation: isAdmin }", False),
        ('{ Mutation: { "*": isAdmin } }', False),
        ("{ Mutation: { remove: and(isThere, isOwner) } }", False),
    ],
)
def test_what_a_shield_asks(tree, leaks):
    files = yoga(PLAIN, graphql_shield=SHIELD.replace("TREE", tree))
    assert bool(told(files)) is leaks


BUILDER = """
import SchemaBuilder from "@pothos/core";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
export const builder = new SchemaBuilder({
  plugins: [ScopeAuthPlugin],
  scopeAuth: { authScopes: async (context) => ({ loggedIn: !!context.user, admin: context.user?.role === "admin", may: (right) => context.user?.permissions.includes(right) }) },
});
"""
FIELDS = """
import { builder } from "./builder";
import { db } from "@/lib/db";
builder.queryField("mine", (t) => t.prismaField({ authScopes: { loggedIn: true }, resolve: (query, _root, _args, ctx) => db.invoice.findMany({ ...query, where: { userId: ctx.user.id } }) }));
FIELD
"""
DELETED = "async (_root, args, ctx) => { await db.invoice.delete({ where: { id: args.id } }); return true; }"
MINE = "async (_root, args, ctx) => { await db.invoice.deleteMany({ where: { id: args.id, userId: ctx.user.id } }); return true; }"
ROWS = "(query, _root, args) => db.invoice.delete({ ...query, where: { id: args.id } })"


@pytest.mark.parametrize(
    ("field", "leaks"),
    [
        (f'builder.mutationField("remove", (t) => t.boolean({{ resolve: {DELETED} }}));', True),
        (f'builder.mutationField("remove", (t) => t.boolean({{ authScopes: {{ loggedIn: true }}, resolve: {DELETED} }}));', True),
        (f'builder.mutationField("remove", (t) => t.withAuth({{ loggedIn: true }}).prismaField({{ resolve: {ROWS} }}));', True),
        (f"builder.mutationFields((t) => ({{ remove: t.prismaField({{ authScopes: {{ loggedIn: true }}, resolve: {ROWS} }}) }}));", True),
        (f'builder.relayMutationField("remove", {{}}, {{ authScopes: {{ loggedIn: true }}, resolve: {DELETED} }}, {{}});', True),
        (f'builder.mutationField("remove", (t) => t.boolean({{ authScopes: {{ admin: true }}, resolve: {DELETED} }}));', False),
        (f'builder.mutationField("remove", (t) => t.boolean({{ authScopes: {{ may: "invoice.delete" }}, resolve: {DELETED} }}));', False),
        (f'builder.mutationField("remove", (t) => t.withAuth({{ loggedIn: true }}).boolean({{ resolve: {MINE} }}));', False),
        (f'builder.mutationField("remove", (t) => t.boolean({{ authScopes: async (_p, args, ctx) => (await db.invoice.findUnique({{ where: {{ id: args.id }} }})).userId === ctx.user.id, resolve: {DELETED} }}));', False),
    ],
)  # fmt: skip
def test_fields_of_pothos(field, leaks):
    route = (
        YOGA.replace("CONTEXT", CONTEXT)
        .replace("resolvers }", "}")
        .replace('import { resolvers } from "@/graphql/resolvers";', "")
    )
    files = {"graphql/builder.ts": BUILDER, "graphql/fields.ts": FIELDS.replace("FIELD", field)}
    assert bool(told({**BASE, "app/api/graphql/route.ts": route, **files})) is leaks


APOLLO = """
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import jwt from "jsonwebtoken";
import { db } from "./lib/db";
const resolvers = { Mutation: { pay: async (_p, args, { user }) => { if (!user) throw new Error("401"); return db.invoice.updateMany({ where: { userId: user.id }, data: { paid: true } }); } } };
const server = new ApolloServer({ typeDefs: "", resolvers });
await startStandaloneServer(server, { context: CONTEXT });
"""


@pytest.mark.parametrize(
    ("context", "leaks"),
    [
        (
            "async ({ req }) => ({ user: jwt.verify(req.headers.authorization.slice(7), process.env.JWT_SECRET) })",
            False,
        ),
        ("async ({ req }) => ({ user: jwt.decode(req.headers.authorization) })", True),
        ('async ({ req }) => ({ user: { id: req.headers["x-user-id"] } })', True),
    ],
)
def test_who_the_context_says_is_calling(context, leaks):
    assert bool(told({**BASE, "index.ts": APOLLO.replace("CONTEXT", context)})) is leaks


def test_maps_are_put_together():
    top = 'import * as more from "./more";\nimport { parts } from "./parts";'
    files = yoga("...more, ...parts.Mutation", top=top)
    files["graphql/more.ts"] = (
        'import { db } from "@/lib/db";\nexport async function remove(_p, args) { return db.invoice.delete({ where: { id: args.id } }); }\n'
    )
    files["graphql/parts.ts"] = (
        'import { db } from "@/lib/db";\nexport const parts = { Mutation: { pay: (_p, args) => db.invoice.update({ where: { id: args.id }, data: { paid: true } }) } };\n'
    )
    found = {entry.id: entry.place.file for entry in map_of(files).entries if entry.kind.value == "procedure"}
    assert found == {
        "query mine": "graphql/resolvers.ts",
        "mutation remove": "graphql/more.ts",
        "mutation pay": "graphql/parts.ts",
    }


def test_without_a_library_of_graphql_a_map_is_nothing():
    files = {**BASE, "lib/map.ts": RESOLVERS.replace("TOP", "").replace("FIELD", LOOSE)}
    assert not [entry for entry in map_of(files).entries if entry.kind.value == "procedure"]


NEST = {
    "src/prisma.service.ts": 'import { Injectable } from "@nestjs/common"; import { PrismaClient } from "@prisma/client"; @Injectable() export class PrismaService extends PrismaClient {}',
    "src/guard.ts": """
        import { Injectable, UnauthorizedException } from "@nestjs/common";
        import { GqlExecutionContext } from "@nestjs/graphql";
        import { JwtService } from "@nestjs/jwt";
        @Injectable()
        export class SignedIn {
          constructor(private readonly jwt: JwtService) {}
          async canActivate(context) {
            const req = GqlExecutionContext.create(context).getContext().req;
            if (!req.headers.authorization) throw new UnauthorizedException();
            req.user = await this.jwt.verifyAsync(req.headers.authorization);
            return true;
          }
        }
    """,
    "src/current.ts": """
        import { createParamDecorator } from "@nestjs/common";
        import { GqlExecutionContext } from "@nestjs/graphql";
        export const CurrentUser = createParamDecorator((data, context) => GqlExecutionContext.create(context).getContext().req.user);
    """,
    "src/invoices.resolver.ts": """
        import { UseGuards } from "@nestjs/common";
        import { Args, Context, Mutation, Query, Resolver } from "@nestjs/graphql";
        import { SignedIn } from "./guard";
        import { CurrentUser } from "./current";
        import { PrismaService } from "./prisma.service";
        @Resolver(() => Invoice)
        export class InvoicesResolver {
          constructor(private readonly prisma: PrismaService) {}
          @Query(() => [Invoice], { name: "mine" })
          @UseGuards(SignedIn)
          list(@CurrentUser() user) { return this.prisma.invoice.findMany({ where: { userId: user.id } }); }
          @Mutation(() => Boolean)
          GUARD
          remove(@Args("id") id: string, @CurrentUser() user, @Context() ctx) { return this.prisma.invoice.deleteMany({ where: WHERE }); }
        }
    """,
}


@pytest.mark.parametrize(
    ("guard", "where", "leaks"),
    [
        ("", "{ id }", True),
        ("@UseGuards(SignedIn)", "{ id }", True),
        ("@UseGuards(SignedIn)", "{ id, userId: user.id }", False),
        ("@UseGuards(SignedIn)", "{ id, userId: ctx.req.user.id }", False),
    ],
)
def test_resolvers_of_nest(guard, where, leaks):
    files = {path: text.replace("GUARD", guard).replace("WHERE", where) for path, text in NEST.items()}
    assert bool(told(files)) is leaks
    ids = {entry.id for entry in map_of(files).entries if entry.kind.value == "procedure"}
    assert ids == {"query mine", "mutation remove"}


def test_of_a_row_the_schema_hands_out_what_its_type_names():
    field = 'remove: async (_p, _a, ctx) => { if (!ctx.user) throw new Error("401"); return db.user.update({ where: { id: ctx.user.id }, data: { seen: true } }); }'
    reads = {
        "lib_hash": 'import { db } from "@/lib/db";\nexport const all = () => db.user.findMany({ select: { passwordHash: true } });'
    }
    assert told(yoga(field, **reads)) == []
