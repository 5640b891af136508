import { kv } from "@vercel/kv";

export function totalsKey(range: string) {
  return ["totals", range].join(":");
}

export async function readCache(key: string) {
  return await kv.get(key);
}

export async function writeCache(key: string, value: unknown) {
  await kv.set(key, value);
}
