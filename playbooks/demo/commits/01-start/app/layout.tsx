import type { ReactNode } from "react";

export const metadata = { title: "Parley", description: "A quiet place to think with your team" };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
