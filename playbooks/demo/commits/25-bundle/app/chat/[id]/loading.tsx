export default function Loading() {
  return (
    <main aria-busy="true">
      <p>Fetching the conversation…</p>
    </main>
  );
}
