export default function Loading() {
  return <main aria-busy="true">Fetching the conversation…</main>;
}
