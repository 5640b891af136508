export async function answer(prompt: string): Promise<string> {
  const response = await fetch(process.env.MODEL_GATEWAY_URL!, {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.MODEL_GATEWAY_KEY}` },
    body: JSON.stringify({ prompt }),
    cache: "no-store",
  });
  return (await response.json()).text;
}
