import { useId } from "react";
import { countOf } from "../bricks/stock";
import type { StockForm } from "../hooks/useStock";
import { stockInWords } from "../words";

interface StockFieldProps {
  bricks: StockForm;
}

/** The bricks the person has: written line by line, or out of a file. */
export function StockField({ bricks }: StockFieldProps) {
  const id = useId();
  const fault = bricks.fileFault ?? bricks.fault;
  const said =
    stockInWords(countOf(bricks.stock), bricks.passedOver) ||
    "Any bricks will do, as long as nothing is written here.";
  return (
    <div className="stock">
      <label htmlFor={id}>Bricks I have</label>
      <textarea
        id={id}
        className="figures"
        rows={3}
        placeholder={"2x4 10\n2x4 red 3"}
        value={bricks.text}
        aria-invalid={bricks.fault !== null}
        aria-describedby={`${id}-said`}
        onChange={(event) => bricks.setText(event.target.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <p
        id={`${id}-said`}
        key={fault ? "fault" : "said"}
        className={fault ? "notice bad" : "second"}
        role={fault ? "alert" : "status"}
      >
        {fault ?? said}
      </p>
      <div className="buttons">
        <label className="button">
          From a file
          <input
            type="file"
            accept=".csv,.json,.txt,text/csv,text/plain,application/json"
            onChange={bricks.chooseFile}
          />
        </label>
        <button type="button" disabled={bricks.text === ""} onClick={() => bricks.setText("")}>
          Clear
        </button>
      </div>
    </div>
  );
}
