export default function Home() {
  return (
    <main>
      <h1>Parley</h1>
      <p>Think out loud with your team and an assistant.</p>
    </main>
  );
}
