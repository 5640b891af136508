"""Which exported functions of ``use server`` files a browser can get hold of: what is told loud, and what is asked."""

from __future__ import annotations

import json

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import report_code
from assistant.domain.code import Decisions
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


ACTIONS = """\
"use server";
import { prisma } from "@/lib/prisma";
export async function getOrders(userId: string) {
  return prisma.order.findMany({ where: { userId } });
}
"""
PAGE = "export default async function Page() { return <main>shop</main>; }\n"


def _app(version: str, **files: str) -> dict[str, str]:
    return {
        "package.json": json.dumps({"name": "shop", "dependencies": {"next": version, "react": "19"}}),
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
        "app/page.tsx": PAGE,
        "app/actions.ts": ACTIONS,
        **{name.replace("__", "/"): text for name, text in files.items()},
    }


def _kept_back(files: dict[str, str]) -> bool:
    found = {entry.id: entry for entry in map_of(files).entries}
    return found["action app/actions.ts#getOrders"].kept_back


CALLED = """\
import { getOrders } from "@/app/actions";
import { auth } from "@/auth";
export default async function Orders() {
  const session = await auth();
  const orders = await getOrders(session!.user.id);
  return <List orders={orders} />;
}
"""


def test_a_function_that_server_code_calls_and_nobody_hands_out_is_kept_back() -> None:
    assert _kept_back(_app("15.1.0", **{"app/orders/page.tsx": CALLED}))


@pytest.mark.parametrize("version", ["14.2.5", "^13.4.0", "latest", "workspace:*"])
def test_before_fifteen_the_identifier_follows_from_the_sources_and_what_the_version_is_must_be_known(
    version: str,
) -> None:
    assert not _kept_back(_app(version, **{"app/orders/page.tsx": CALLED}))


@pytest.mark.parametrize(
    "page",
    [
        'import { getOrders } from "@/app/actions";\nexport default () => <form action={getOrders}><button /></form>;\n',
        'import { getOrders } from "@/app/actions";\nimport { List } from "./list";\nexport default () => <List load={getOrders.bind(null, "1")} />;\n',
        'import { getOrders as load } from "@/app/actions";\nimport { List } from "./list";\nexport default () => <List load={load} />;\n',
        'import * as actions from "@/app/actions";\nimport { List } from "./list";\nexport default () => <List {...actions} />;\n',
    ],
    ids=["a form", "with an argument bound", "under another name", "all of the file"],
)
def test_what_a_page_passes_on_is_handed_out(page: str) -> None:
    assert not _kept_back(_app("15.1.0", **{"app/orders/page.tsx": page}))


@pytest.mark.parametrize(
    "component",
    [
        '"use client";\nimport { getOrders } from "@/app/actions";\nexport const List = () => <button onClick={() => getOrders("1")} />;\n',
        '"use client";\nimport { getOrders } from "@/actions";\nexport const List = () => <button onClick={() => getOrders("1")} />;\n',
        '"use client";\nimport { useOrders } from "@/hooks";\nexport const List = () => <ul>{useOrders()}</ul>;\n',
        '"use client";\nexport const List = () => <button onClick={async () => (await import("@/app/actions")).getOrders("1")} />;\n',
    ],
    ids=["imported", "through a barrel", "through a hook", "loaded later"],
)
def test_what_browser_code_imports_is_handed_out(component: str) -> None:
    files = {
        "app/orders/list.tsx": component,
        "actions/index.ts": 'export { getOrders } from "@/app/actions";\n',
        "hooks/index.ts": 'import { getOrders } from "@/app/actions";\nexport const useOrders = () => useQuery(["o"], () => getOrders("1"));\n',
    }
    assert not _kept_back(_app("15.1.0", **files))


@pytest.mark.parametrize(
    ("load", "kept"),
    [
        ('const { other } = await import("@/app/actions"); await other();', True),
        ('const all = await import("@/app/actions"); show(all);', False),
        ('show((await import("@/app/actions")).getOrders);', False),
    ],
)
def test_a_page_that_loads_one_action_later_hands_out_no_other(load: str, kept: bool) -> None:
    page = f'import {{ show }} from "./show";\nexport default async function Page() {{\n  {load}\n  return null;\n}}\n'
    assert bool(_kept_back(_app("15.1.0", **{"app/orders/page.tsx": page}))) is kept


def test_what_is_kept_back_is_asked_and_what_is_handed_out_is_told() -> None:
    told = {}
    for name, page in (("kept", CALLED), ("handed", CALLED.replace("{orders}", "{orders} load={getOrders}"))):
        found = map_of(_app("15.1.0", **{"app/orders/page.tsx": page}))
        report = report_code(found, catalog=None, ownership=None, matrix=None, decisions=Decisions())
        told[name] = next(one for one in report.findings if one.entry == "action app/actions.ts#getOrders")
    assert told["kept"].title.startswith("Worth asking, as nothing in the browser names it yet: ")
    assert (told["kept"].severity, told["kept"].confidence) == (Severity.MEDIUM, Confidence.LOW)
    assert told["handed"].severity is Severity.HIGH


def test_an_action_that_is_kept_back_is_asked_about_once() -> None:
    more = (
        ACTIONS
        + """\
export async function moveOrder(userId: string, id: string, shopId: string) {
  const order = await prisma.order.findFirst({ where: { id, userId } });
  await prisma.invoice.deleteMany({ where: { orderId: id } });
  return prisma.order.update({ where: { id: order!.id }, data: { shopId } });
}
"""
    )
    found = map_of(_app("15.1.0", **{"app/actions.ts": more}))
    report = report_code(found, catalog=None, ownership=None, matrix=None, decisions=Decisions())
    asked = [one for one in report.findings if one.entry == "action app/actions.ts#moveOrder"]
    assert len(asked) == 1
    assert "So is this: " in asked[0].detail
