"use client";

import { useState } from "react";

export function Composer({ chatId }: { chatId: string }) {
  const [draft, setDraft] = useState("");
  async function send() {
    await fetch("/api/chat", { method: "POST", body: JSON.stringify({ chatId, content: draft }) });
    setDraft("");
  }
  return (
    <footer>
      <textarea value={draft} onChange={(event) => setDraft(event.target.value)} />
      <button onClick={send}>Send</button>
    </footer>
  );
}
