// What the app needs to know of its packages, so that checking it needs no download of them.
declare const process: { env: Record<string, string | undefined> };

declare module "server-only" {}

declare module "react/jsx-runtime" {
  export namespace JSX {
    interface IntrinsicElements {
      [name: string]: unknown;
    }
  }
}

declare module "next/server" {
  export class NextRequest extends Request {
    nextUrl: URL;
  }
  export class NextResponse extends Response {
    static json(body: unknown, init?: ResponseInit): NextResponse;
    static redirect(url: string | URL, status?: number): NextResponse;
  }
}

declare module "next/headers" {
  export function cookies(): Promise<{
    getAll(): { name: string; value: string }[];
    set(name: string, value: string): void;
  }>;
}

declare module "next/navigation" {
  export function notFound(): never;
  export function redirect(path: string): never;
}

declare module "next/cache" {
  export function unstable_cache<A extends unknown[], R>(
    load: (...given: A) => Promise<R>,
    key: string[],
    options?: { revalidate?: number },
  ): (...given: A) => Promise<R>;
}

declare module "@vercel/kv" {
  export const kv: {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<void>;
  };
}

declare module "@supabase/supabase-js" {
  export type Row = Record<string, string | number | null>;
  export interface Answer<T> {
    data: T;
    error: { code: string; message: string } | null;
  }
  export interface Query<T> extends PromiseLike<Answer<T>> {
    select(columns?: string): Query<T>;
    eq(column: string, value: string | number): Query<T>;
    order(column: string): Query<T>;
    limit(count: number): Query<T>;
    single(): Query<Row | null>;
    maybeSingle(): Query<Row | null>;
  }
  export interface Table {
    select(columns?: string): Query<Row[] | null>;
    insert(row: Record<string, unknown>): Query<Row[] | null>;
    update(row: Record<string, unknown>): Query<Row[] | null>;
    delete(): Query<Row[] | null>;
  }
  export interface User {
    id: string;
    user_metadata: { role?: string };
    app_metadata: { role?: string };
  }
  export interface SupabaseClient {
    auth: {
      getUser(): Promise<{ data: { user: User | null } }>;
      getSession(): Promise<{
        data: { session: { user: { id: string } } | null };
      }>;
    };
    from(table: string): Table;
    rpc(name: string, given: Record<string, unknown>): Query<Row[] | null>;
  }
  export function createClient(url: string, key: string): SupabaseClient;
}

declare module "@supabase/ssr" {
  import type { SupabaseClient } from "@supabase/supabase-js";
  export function createServerClient(
    url: string,
    key: string,
    options: object,
  ): SupabaseClient;
}

declare module "@prisma/client" {
  type Where = Record<string, unknown>;
  interface Model<T> {
    findUnique(given: {
      where: Where;
      select?: Record<string, boolean>;
      omit?: Record<string, boolean>;
    }): Promise<T | null>;
    findFirst(given: {
      where: Where;
      select?: Record<string, boolean>;
      omit?: Record<string, boolean>;
    }): Promise<T | null>;
    findMany(given: {
      where: Where;
      select?: Record<string, boolean>;
      omit?: Record<string, boolean>;
    }): Promise<T[]>;
    create(given: { data: Record<string, unknown> }): Promise<T>;
    update(given: { where: Where; data: Record<string, unknown> }): Promise<T>;
    count(given: { where: Where }): Promise<number>;
    delete(given: { where: Where }): Promise<T>;
    deleteMany(given: { where: Where }): Promise<{ count: number }>;
  }
  export class PrismaClient {
    user: Model<{
      id: string;
      name: string;
      email: string;
      passwordHash: string;
      role: string;
    }>;
    order: Model<{ id: string; userId: string; total: number }>;
    product: Model<{
      id: string;
      shopId: string;
      title: string;
      price: number;
    }>;
    member: Model<{ id: string; shopId: string; userId: string; role: string }>;
    review: Model<{
      id: string;
      orderId: string;
      userId: string;
      text: string;
    }>;
    parcel: Model<{ id: string; orderId: string; userId: string }>;
    payout: Model<{ id: string; shopId: string; amount: number }>;
    $executeRaw(
      text: TemplateStringsArray,
      ...values: unknown[]
    ): Promise<number>;
  }
}

declare module "stripe" {
  namespace Stripe {
    interface Event {
      id: string;
      type: string;
      data: { object: { id: string; customer: string; status: string } };
    }
  }
  class Stripe {
    constructor(key: string);
    webhooks: {
      constructEvent(
        payload: string,
        signature: string,
        secret: string,
      ): Stripe.Event;
    };
    billingPortal: {
      sessions: {
        create(given: { customer: string }): Promise<{ url: string }>;
      };
    };
  }
  export default Stripe;
}

declare module "zod" {
  interface Schema<T> {
    parse(value: unknown): T;
    safeParse(
      value: unknown,
    ): { success: true; data: T } | { success: false; error: Error };
    uuid(): Schema<T>;
    min(least: number): Schema<T>;
  }
  type Shaped<S> = { [K in keyof S]: S[K] extends Schema<infer T> ? T : never };
  export const z: {
    string(): Schema<string>;
    number(): Schema<number>;
    object<S extends Record<string, unknown>>(shape: S): Schema<Shaped<S>>;
  };
}

declare module "node:test" {
  export function test(name: string, body: () => Promise<void> | void): void;
}

declare module "node:assert/strict" {
  const assert: {
    equal(one: unknown, other: unknown, says?: string): void;
    ok(value: unknown, says?: string): void;
    deepEqual(one: unknown, other: unknown): void;
  };
  export default assert;
}
