// Asks as bob, or as nobody, for what is ann's; prints one line for each that is given: a leak that a patch has to close.
import { GET as audit } from "../app/api/audit/route";
import { GET as cron } from "../app/api/cron/route";
import * as history from "../app/api/history/route";
import { GET as invoice } from "../app/api/invoices/[id]/route";
import { GET as members } from "../app/api/members/route";
import { POST as message } from "../app/api/messages/route";
import { POST as addLine } from "../app/api/notes/[id]/lines/route";
import {
  DELETE as removeOrder,
  GET as order,
} from "../app/api/orders/[id]/route";
import { POST as pack } from "../app/api/parcels/route";
import { DELETE as payouts } from "../app/api/payouts/route";
import { POST as portal } from "../app/api/portal/route";
import { GET as profile, PATCH as rename } from "../app/api/profile/route";
import { GET as receipt } from "../app/api/receipts/[id]/route";
import { GET as report } from "../app/api/report/route";
import { DELETE as removeReview } from "../app/api/reviews/[id]/route";
import { POST as review } from "../app/api/reviews/route";
import { POST as testDoor } from "../app/api/e2e-login/route";
import { POST as search } from "../app/api/search/route";
import { DELETE as removeProduct } from "../app/api/shops/[shopId]/products/[productId]/route";
import { GET as stats } from "../app/api/stats/route";
import { GET as totals } from "../app/api/totals/route";
import { POST as billing } from "../app/api/billing/webhook/route";
import { POST as webhook } from "../app/api/stripe/webhook/route";
import { deleteNote, renameNote } from "../app/notes/actions";
import { as, id, json, rows } from "./shop";

const missing = (table: string) => rows(table).length < 2;

const leaks: Record<string, () => Promise<boolean>> = {
  "order read": async () => {
    as("bob");
    return (await order(json.get(), id("order-ann"))).status === 200;
  },
  "order deleted": async () => {
    as(null);
    await removeOrder(json.get(), id("order-ann"));
    return missing("order");
  },
  "invoice read": async () => {
    as("bob");
    return (await json(await invoice(json.get(), id("invoice-ann")))) !== null;
  },
  "message as ann": async () => {
    as("bob");
    await message(json.post({ user_id: "ann", text: "hello" }));
    return rows("messages")[0]?.user_id === "ann";
  },
  "product of another shop": async () => {
    as("bob");
    const place = { shopId: "shop-bob", productId: "product-ann" };
    await removeProduct(json.get(), { params: Promise.resolve(place) });
    return missing("product");
  },
  "password hash": async () => {
    as("bob");
    return "passwordHash" in (await json(await profile()));
  },
  "role taken": async () => {
    as("bob");
    await rename(json.post({ name: "bob", role: "admin" }));
    return rows("user")[1]?.role === "admin";
  },
  "report kept": async () => {
    as("bob");
    const kept = (await report()).headers.get("cache-control") ?? "";
    return kept.includes("public");
  },
  "history rendered ahead": async () => {
    const setting: string = history.dynamic;
    return setting === "force-static";
  },
  "statistics of ann": async () => {
    as("ann");
    await stats();
    as("bob");
    return (await json(await stats()))[0]?.userId === "ann";
  },
  "cron without a secret": async () => {
    as(null);
    return (await cron(json.get())).status === 200;
  },
  "search over all": async () => {
    as("bob");
    const found = await json(await search(json.post({ embedding: [1] })));
    return found.length > 1;
  },
  "review of a foreign order": async () => {
    as("bob");
    await review(json.post({ orderId: "order-ann", text: "bad" }));
    return rows("review").length === 1;
  },
  "members of another shop": async () => {
    as("bob");
    return (await members(json.get("?shop=shop-ann"))).status === 200;
  },
  "payouts emptied": async () => {
    as("bob");
    await payouts();
    return missing("payout");
  },
  "test door in production": async () => {
    as(null);
    process.env.NODE_ENV = "production";
    const body = { email: "ann@bazaar.example", secret: "let-me-in" };
    return (await testDoor(json.post(body))).status === 200;
  },
  "unsigned event": async () => {
    as(null);
    await webhook(json.event("customer.subscription.updated", "cus-ann", "no"));
    return rows("subscriptions")[0]?.status === "canceled";
  },
  "event handled twice": async () => {
    as(null);
    await billing(json.event("invoice.paid", "cus-ann", "signed"));
    await billing(json.event("invoice.paid", "cus-ann", "signed"));
    return rows("credits").length === 2;
  },
  "billing portal of ann": async () => {
    as("bob");
    const asked = json.post({ customerId: "cus-ann" });
    return (await portal(asked)).status === 200;
  },
  "receipt read": async () => {
    as("bob");
    return (await receipt(json.get(), id("order-ann"))).status === 200;
  },
  "foreign and missing orders told apart": async () => {
    as("bob");
    const foreign = await order(json.get(), id("order-ann"));
    const missing = await order(json.get(), id("order-of-nobody"));
    const said = JSON.stringify(await json(foreign));
    return said !== JSON.stringify(await json(missing));
  },
  "review deleted": async () => {
    as("bob");
    rows("review").push({ id: "review-ann", userId: "ann", text: "good" });
    await removeReview(json.get(), id("review-ann"));
    return rows("review").length === 0;
  },
  "order of ann packed": async () => {
    as("bob");
    await pack(json.post({ orderIds: ["order-bob", "order-ann"] }));
    return rows("parcel").some((one) => one.orderId === "order-ann");
  },
  "line in a foreign note": async () => {
    as("bob");
    await addLine(json.post({ text: "mine" }), id("note-ann"));
    return rows("note_lines").length === 1;
  },
  "administrator by their own word": async () => {
    as("bob");
    return (await audit()).status === 200;
  },
  "totals of ann": async () => {
    as("ann");
    await totals(json.get("?range=week"));
    as("bob");
    const found = await json(await totals(json.get("?range=week")));
    return found[0]?.userId === "ann";
  },
  "note renamed": async () => {
    as("bob");
    await renameNote("note-ann", "mine");
    return rows("notes")[0]?.title === "mine";
  },
  "note deleted": async () => {
    as(null);
    await deleteNote("note-ann");
    return missing("notes");
  },
};

async function main(): Promise<void> {
  for (const [name, leaks_] of Object.entries(leaks)) {
    const given = await leaks_().catch(() => false);
    if (given) console.log(name);
  }
}

void main();
