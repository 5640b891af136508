// Who is signed in, what lies in the tables, and requests with less ink.
interface Rows {
  state: {
    user: {
      id: string;
      user_metadata: { role?: string };
      app_metadata: { role?: string };
    } | null;
    tables: Record<string, Record<string, string | number>[]>;
  };
  reset(): void;
}
declare function require(name: string): Rows;

const shop = require("rows.js");
process.env.STRIPE_WEBHOOK_SECRET = "whsec";
process.env.STRIPE_SECRET_KEY = "key";

export function as(who: string | null): void {
  shop.reset();
  // both call themselves admins, and ann is one
  const user_metadata = { role: "admin" };
  const app_metadata = who === "ann" ? { role: "admin" } : {};
  shop.state.user =
    who === null ? null : { id: who, user_metadata, app_metadata };
}

export function rows(table: string): Record<string, string | number>[] {
  return shop.state.tables[table] ?? [];
}

export function id(value: string): { params: Promise<{ id: string }> } {
  return { params: Promise.resolve({ id: value }) };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const json = async (answer: Response): Promise<any> => answer.json();

json.get = (query = ""): Request =>
  new Request(`https://bazaar.example/${query}`);

json.post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request("https://bazaar.example/", {
    method: "POST",
    body: JSON.stringify(body),
    headers,
  });

json.event = (type: string, customer: string, signature: string): Request =>
  json.post(
    {
      id: "evt-1",
      type,
      data: { object: { id: "sub", customer, status: "canceled" } },
    },
    { "stripe-signature": signature },
  );
