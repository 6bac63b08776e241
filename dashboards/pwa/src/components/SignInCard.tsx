import { useTokenForm } from "../hooks/useTokenForm";
import { Notice } from "./Notice";
import { Ornament } from "./Ornament";

interface SignInCardProps {
  /** Why the last token does not hold; null on a first visit. */
  refusal: string | null;
  /** What waits for a token, in the person's words; null when nothing does. */
  waiting: string | null;
  onToken(token: string): void;
}

export function SignInCard({ refusal, waiting, onToken }: SignInCardProps) {
  const { text, setText, send } = useTokenForm(onToken);
  return (
    <section className="card sign-in" aria-labelledby="sign-in-title">
      <Ornament />
      <h2 id="sign-in-title">{refusal ? "Please sign in again" : "Welcome"}</h2>
      {refusal && <Notice tone="away">The service says: {refusal}.</Notice>}
      {waiting && <p>“{waiting}” is kept, and goes on with a new token.</p>}
      <form onSubmit={send}>
        <label htmlFor="token">Your token</label>
        <div className="row">
          <input
            id="token"
            className="figures"
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            placeholder="Paste it here"
          />
          <button className="go">Sign in</button>
        </div>
      </form>
      <p className="second">
        <code>legolab up</code> prints an address that signs you in; <code>legolab token</code> makes
        a token. It stays in this browser.
      </p>
    </section>
  );
}
