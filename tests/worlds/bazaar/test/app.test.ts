// What the shop has to do for its rightful customers, before and after every patch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GET as audit } from "../app/api/audit/route";
import { GET as invoice } from "../app/api/invoices/[id]/route";
import { GET as members } from "../app/api/members/route";
import { POST as message } from "../app/api/messages/route";
import { POST as addLine } from "../app/api/notes/[id]/lines/route";
import {
  DELETE as removeOrder,
  GET as order,
} from "../app/api/orders/[id]/route";
import { GET as orders } from "../app/api/orders/route";
import { POST as pack } from "../app/api/parcels/route";
import { GET as profile, PATCH as rename } from "../app/api/profile/route";
import { GET as receipt } from "../app/api/receipts/[id]/route";
import {
  DELETE as removeReview,
  PATCH as changeReview,
} from "../app/api/reviews/[id]/route";
import { POST as review } from "../app/api/reviews/route";
import { POST as search } from "../app/api/search/route";
import { DELETE as removeProduct } from "../app/api/shops/[shopId]/products/[productId]/route";
import { GET as stats } from "../app/api/stats/route";
import { GET as totals } from "../app/api/totals/route";
import { POST as webhook } from "../app/api/stripe/webhook/route";
import { deleteNote, listNotes, renameNote } from "../app/notes/actions";
import { euros } from "../lib/money";
import { as, id, json, rows } from "./shop";

test("prices are printed in euros", () => {
  assert.equal(euros(1250), "12.50 €");
});

test("ann sees and deletes her order", async () => {
  as("ann");
  assert.equal((await json(await orders())).length, 1);
  assert.equal(
    (await json(await order(json.get(), id("order-ann")))).total,
    100,
  );
  await removeOrder(json.get(), id("order-ann"));
  assert.equal(rows("order").length, 1);
});

test("ann sees her invoice, her profile and her statistics", async () => {
  as("ann");
  assert.equal(
    (await json(await invoice(json.get(), id("invoice-ann")))).total,
    9,
  );
  assert.equal((await json(await profile())).name, "ann");
  assert.equal((await json(await stats())).length, 1);
});

test("ann changes her own name", async () => {
  as("ann");
  await rename(json.post({ name: "Anna", email: "anna@bazaar.example" }));
  assert.equal(rows("user")[0]?.name, "Anna");
});

test("ann writes a message, a review and finds her document", async () => {
  as("ann");
  await message(json.post({ user_id: "ann", text: "hello" }));
  assert.equal(rows("messages")[0]?.user_id, "ann");
  const made = await review(json.post({ orderId: "order-ann", text: "good" }));
  assert.equal(made.status, 201);
  const found = await json(await search(json.post({ embedding: [1, 2, 3] })));
  assert.ok(found.some((one: { content: string }) => one.content === "of ann"));
});

test("ann runs her shop", async () => {
  as("ann");
  const place = { shopId: "shop-ann", productId: "product-ann" };
  await removeProduct(json.get(), { params: Promise.resolve(place) });
  assert.equal(rows("product").length, 1);
  assert.equal(
    (await json(await members(json.get("?shop=shop-ann")))).length,
    1,
  );
});

test("ann reads her receipt and packs her order", async () => {
  as("ann");
  const read = await receipt(json.get(), id("order-ann"));
  assert.equal((await json(read)).total, 100);
  const packed = await pack(json.post({ orderIds: ["order-ann"] }));
  assert.equal(packed.status, 201);
  assert.equal(rows("parcel").length, 1);
  const found = await json(await totals(json.get("?range=day")));
  assert.equal(found[0]?.userId, "ann");
});

test("ann changes and deletes her review, and looks at the payouts", async () => {
  as("ann");
  rows("review").push({ id: "review-ann", userId: "ann", text: "good" });
  await changeReview(json.post({ text: "better" }), id("review-ann"));
  assert.equal(rows("review")[0]?.text, "better");
  await removeReview(json.get(), id("review-ann"));
  assert.equal(rows("review").length, 0);
  assert.equal((await json(await audit())).length, 2);
});

test("ann adds a line to her note", async () => {
  as("ann");
  const added = await addLine(json.post({ text: "more" }), id("note-ann"));
  assert.equal(added.status, 201);
  assert.equal(rows("note_lines").length, 1);
});

test("ann keeps notes", async () => {
  as("ann");
  await renameNote("note-ann", "new");
  const own = (await listNotes()) ?? [];
  assert.ok(own.some((note) => note.title === "new"));
  await deleteNote("note-ann");
  assert.equal(rows("notes").length, 1);
});

test("a signed event changes the subscription", async () => {
  as(null);
  await webhook(
    json.event("customer.subscription.updated", "cus-ann", "signed"),
  );
  assert.equal(rows("subscriptions")[0]?.status, "canceled");
});
