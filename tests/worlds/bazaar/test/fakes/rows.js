// Two customers with one row of everything: what both databases of the tests are made of.
const state = { user: null, tables: {} };

function reset() {
  state.user = null;
  const own = (name, more) =>
    ["ann", "bob"].map((who) => ({ id: `${name}-${who}`, ...more(who) }));
  state.tables = {
    user: ["ann", "bob"].map((who) => ({
      id: who,
      name: who,
      email: `${who}@bazaar.example`,
      passwordHash: `hash-${who}`,
      role: "buyer",
    })),
    order: own("order", (who) => ({ userId: who, total: 100 })),
    product: own("product", (who) => ({ shopId: `shop-${who}`, price: 5 })),
    member: own("member", (who) => ({
      userId: who,
      shopId: `shop-${who}`,
      role: "owner",
    })),
    payout: own("payout", (who) => ({ shopId: `shop-${who}`, amount: 7 })),
    review: [],
    parcel: [],
    note_lines: [],
    invoices: own("invoice", (who) => ({ user_id: who, total: 9 })),
    notes: own("note", (who) => ({ user_id: who, title: `of ${who}` })),
    messages: [],
    orders: own("order", () => ({ status: "open" })),
    users: own("user", (who) => ({ email: `${who}@bazaar.example` })),
    documents: own("document", (who) => ({
      user_id: who,
      content: `of ${who}`,
    })),
    subscriptions: own("subscription", (who) => ({
      user_id: who,
      stripe_customer_id: `cus-${who}`,
      status: "active",
    })),
    credits: [],
    stripe_events: [],
  };
}

reset();
module.exports = { state, reset };
