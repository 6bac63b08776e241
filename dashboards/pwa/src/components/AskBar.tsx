import { countOf } from "../bricks/stock";
import { useAskBar } from "../hooks/useAskBar";
import type { OrderForm } from "../hooks/useOrderForm";
import { MAX_PROMPT } from "../hooks/useOrderForm";
import { stockInWords } from "../words";
import { Icon } from "./Icon";
import { MoreOptions } from "./MoreOptions";

interface AskBarProps {
  form: OrderForm;
  /** Something is under way: it can be cancelled, and nothing else asked. */
  busy: boolean;
  onAsk(): void;
  onCancel(): void;
}

/** Ask at the bottom, answer above. */
export function AskBar({ form, busy, onAsk, onCancel }: AskBarProps) {
  const { toggleMore, send } = useAskBar(form, busy, onAsk);
  const { more } = form;
  const stock = stockInWords(countOf(form.bricks.stock), []);
  return (
    <form className="card ask" onSubmit={send}>
      {more && <MoreOptions form={form} />}
      <div className="row">
        <input
          className="prompt"
          aria-label="What shall we build?"
          placeholder="A round table"
          value={form.prompt}
          maxLength={MAX_PROMPT}
          onChange={(event) => form.setPrompt(event.target.value)}
          enterKeyHint="go"
          autoComplete="off"
        />
        <button
          type="button"
          className="quiet"
          aria-label="More"
          aria-expanded={more}
          onClick={toggleMore}
        >
          <Icon name="tune" />
          <span className="wide">More</span>
        </button>
        {/* Keys, or the button that was pressed would turn into the one that sends the form. */}
        {busy ? (
          <button key="cancel" type="button" onClick={onCancel}>
            Cancel
          </button>
        ) : (
          <button key="build" className="go" disabled={form.prompt.trim() === ""}>
            Build
          </button>
        )}
      </div>
      {stock && !more && <p className="second aside">{stock}</p>}
    </form>
  );
}
