"""Services that a server hands to its procedures: a club of eight hundred procedures showed no rows, and anybody could read a member."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


APP = {
    "src/db.ts": 'import { PrismaClient } from "@prisma/client"; export const openDatabase = () => new PrismaClient();',
    "src/members.ts": """
        export function getMemberRepository() {
          return { find(handle, id: string) { return handle.member.findUnique({ where: { id } }); } };
        }
        export function getMemberService(members) {
          return {
            async byId(handle, id: string) {
              const member = await members.find(handle, id);
              if (!member) throw new Error("gone");
              return member;
            },
          };
        }
    """,
    "src/services.ts": """
        import { openDatabase } from "./db";
        import { getMemberRepository, getMemberService } from "./members";
        export async function createServices(settings) {
          const database = openDatabase();
          const memberService = getMemberService(getMemberRepository());
          return { memberService, database, settings };
        }
    """,
    "src/rules.ts": """
        export const BOARD = ["board", "treasurer"];
        export const isBoard = () => ({ evaluate(context) { return BOARD.some((group) => context.who.groups.has(group)); } });
        export const isSelf = (of) => ({ evaluate(context) { return context.who.subject === of(context.input); } });
        export const or = (...rules) => ({ async evaluate(context) { const said = await Promise.all(rules.map((rule) => context.evaluate(rule, context))); return said.some((one) => one); } });
    """,
    "src/context.ts": """
        export const createContextOf = async (who, services) => {
          const context = { ...services, who, demand };
          async function demand(rule, input) {
            async function evaluate(one, about) { return await one.evaluate(about); }
            const decision = await evaluate(rule, { ctx: context, evaluate, input, who: context.who });
            if (!decision) throw new Error("forbidden");
          }
          return context;
        };
    """,
    "src/trpc.ts": """
        import { initTRPC } from "@trpc/server";
        export const t = initTRPC.context().create();
        export const procedure = t.procedure;
        export const signedIn = () => async ({ ctx, next }) => {
          if (ctx.who === null) throw new Error("unauthorized");
          return next({ ctx: Object.assign(ctx, { who: ctx.who }) });
        };
        export const allowed = (rule) => async ({ ctx, next, input }) => {
          await ctx.demand(rule, input);
          return await next({ ctx });
        };
        export const inTransaction = () => async ({ ctx, next }) => {
          return await ctx.database.$transaction(async (handle) => next({ ctx: Object.assign(ctx, { handle }) }));
        };
    """,
    "src/server.ts": """
        import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
        import { createContextOf } from "./context";
        import { createServices } from "./services";
        import { appRouter } from "./router";
        import { verify } from "./tokens";
        const services = await createServices({});
        export async function createFastifyContext({ req }) {
          const token = req.headers.authorization;
          if (token === undefined) return createContextOf(null, services);
          if (token) {
            const claims = await verify(token);
            const groups = await services.database.groupMember.findMany({ where: { memberId: claims.sub } });
            return createContextOf({ subject: claims.sub, groups: new Map(groups) }, services);
          }
          return createContextOf(null, services);
        }
        server.register(fastifyTRPCPlugin, { prefix: "/api", trpcOptions: { router: appRouter, createContext: createFastifyContext } });
    """,
}
ROUTER = """
    import {{ z }} from "zod";
    import {{ allowed, inTransaction, procedure, signedIn, t }} from "./trpc";
    import {{ isBoard, isSelf, or }} from "./rules";
    export const appRouter = t.router({{
      member: procedure.input(z.string()){uses}.use(inTransaction()).query(async ({{ input, ctx }}) => ctx.memberService.byId(ctx.handle, input)),
    }});
"""


def told(uses: str, **more: str):
    return rules_of(followed({**APP, **more, "src/router.ts": ROUTER.format(uses=uses)}))


@pytest.mark.parametrize(
    ("uses", "rules"),
    [
        ("", ["missing-session"]),
        (".use(signedIn())", ["id-only-lookup"]),
        (".use(signedIn()).use(allowed(isBoard()))", []),
        (".use(signedIn()).use(allowed(isSelf((id) => id)))", []),
        (".use(signedIn()).use(allowed(or(isBoard(), isSelf((id) => id))))", []),
    ],
)
def test_services_are_found_in_the_context_and_who_calls_stays_the_caller(uses, rules):
    assert told(uses) == rules


@pytest.mark.parametrize(
    ("switch", "rules"),
    [
        ('const off = process.env.UNSAFE_DISABLE_AUTHORIZATION === "true";', []),
        ('const off = (process.env.SKIP_AUTH ?? "false") === "true";', []),
        (
            'const set = (value, normally) => value ?? normally; const off = set(process.env.DISABLE_AUTH, "false") === "true";',
            [],
        ),
        ('const off = process.env.OPEN_HOUSE === "true";', ["id-only-lookup"]),
    ],
)
def test_a_switch_that_turns_checks_off_is_off(switch, rules):
    context = switch + APP["src/context.ts"].replace("if (!decision)", "if (!decision && !off)")
    assert told(".use(signedIn()).use(allowed(isBoard()))", **{"src/context.ts": context}) == rules
