"""Tools of an MCP server that stand in a list: any token could read and delete the campaigns of everybody, and no tool was seen."""

from __future__ import annotations

import pytest

from .rig import followed, rules_of


FILES = {
    "lib/rows.ts": 'import { PrismaClient } from "@prisma/client"; export const prisma = new PrismaClient();',
    "lib/tools/index.ts": 'import { campaignTools } from "./campaigns"; export const allTools = [...campaignTools];',
    "lib/tokens.ts": """
        import { headers } from "next/headers";
        import { prisma } from "./rows";
        export async function userOfToken() {
          const key = await prisma.apiKey.findUnique({ where: { token: (await headers()).get("authorization") } });
          if (!key) throw new Error("unauthorized");
          return { id: key.userId };
        }
    """,
    "app/api/mcp/route.ts": """
        import { createMcpHandler } from "mcp-handler";
        import { allTools } from "../../../lib/tools";
        import { userOfToken } from "../../../lib/tokens";
        const handler = createMcpHandler((server) => {
          for (const tool of allTools) {
            server.tool(tool.name, tool.description, tool.schema.shape, async (args) => tool.handler(args, (await userOfToken()).id));
          }
        });
        export { handler as GET, handler as POST };
    """,
}
CAMPAIGNS = """
    import {{ z }} from "zod";
    import {{ prisma }} from "../rows";
    export const campaignTools = [
      {{
        name: "campaigns_delete",
        description: "Deletes a campaign",
        schema: z.object({{ id: z.string() }}),
        async handler(args: {{ id: string }}, userId: string) {{
          const found = await prisma.campaign.findFirst({{ where: {where} }});
          if (!found) throw new Error("NOT_FOUND");
          await prisma.campaign.update({{ where: {{ id: found.id }}, data: {{ deletedAt: new Date() }} }});
          return {{ ok: true }};
        }},
      }},
    ];
"""


@pytest.mark.parametrize(
    ("where", "rules"),
    [("{ id: args.id }", ["id-only-lookup", "prompt-injection-surface"]), ("{ id: args.id, ownerId: userId }", [])],
)
def test_tools_of_a_list_are_entries_and_their_registrar_says_who_calls(where, rules):
    told = followed({**FILES, "lib/tools/campaigns.ts": CAMPAIGNS.format(where=where)})
    assert [one for one in rules_of(told) if one != "rate-limit-absent"] == rules


def test_records_of_an_application_without_such_a_server_are_no_tools():
    files = {name: text for name, text in FILES.items() if not name.startswith("app/")}
    told = followed({**files, "lib/tools/campaigns.ts": CAMPAIGNS.format(where="{ id: args.id }")})
    assert rules_of(told) == []
