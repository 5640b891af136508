"use client";

import { deleteNote } from "./actions";

export function Remove({ id }: { id: string }) {
  return <button onClick={() => deleteNote(id)}>Remove</button>;
}
