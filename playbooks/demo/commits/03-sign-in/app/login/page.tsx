import { signIn } from "./actions";

export default function Login() {
  return (
    <form action={signIn}>
      <input name="email" type="email" required placeholder="you@team.example" />
      <button>Send me a link</button>
    </form>
  );
}
