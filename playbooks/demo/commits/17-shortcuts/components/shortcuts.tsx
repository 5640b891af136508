"use client";

import { useEffect } from "react";
import { useRouter } from "next/navigation";

export function Shortcuts() {
  const router = useRouter();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "/" && event.target === document.body) router.push("/search");
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router]);
  return null;
}
