import { MAX_DRAFTS, type OrderForm } from "../hooks/useOrderForm";
import { BOLDEST, boldnessInWords } from "../words";
import { StockField } from "./StockField";

interface MoreOptionsProps {
  form: OrderForm;
}

/** Seed, temperature, drafts and bricks, for who wants them. */
export function MoreOptions({ form }: MoreOptionsProps) {
  return (
    <div className="more">
      <label>
        <span>Seed</span>
        <input
          className="figures"
          inputMode="numeric"
          placeholder="drawn"
          value={form.seed}
          onChange={(event) => form.setSeed(event.target.value.trim())}
        />
      </label>
      <label>
        <span>
          Temperature <span className="second">{boldnessInWords(form.temperature)}</span>
        </span>
        <span className="row">
          <input
            type="range"
            min={0.1}
            max={BOLDEST}
            step={0.1}
            value={form.temperature}
            onChange={(event) => form.setTemperature(Number(event.target.value))}
          />
          <output className="figures">{form.temperature.toFixed(1)}</output>
        </span>
      </label>
      <label>
        <span>At most, bricks</span>
        <input
          className="figures"
          inputMode="numeric"
          value={form.maxBricks}
          onChange={(event) => form.setMaxBricks(event.target.value.trim())}
        />
      </label>
      <label>
        <span>Drafts, best of</span>
        <select
          className="figures"
          value={form.drafts}
          onChange={(event) => form.setDrafts(Number(event.target.value))}
        >
          {DRAFTS.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
      </label>
      <StockField bricks={form.bricks} />
      {form.fault && form.fault !== form.bricks.fault && (
        <p className="notice bad" role="alert">
          {form.fault}
        </p>
      )}
    </div>
  );
}

const DRAFTS = Array.from({ length: MAX_DRAFTS }, (_, index) => index + 1);
