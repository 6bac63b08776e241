import { WHOLE, colorName, rgbOf } from "../bricks/colors";
import type { Coat } from "../hooks/useDescription";

interface ColorFieldProps {
  coat: Coat;
  onChange(code: number): void;
}

/** The colour of a part, by its name, with a little brick of it. */
export function ColorField({ coat, onChange }: ColorFieldProps) {
  const { part, code, before, codes } = coat;
  return (
    <label className="coat">
      <span>
        <i className="swatch" aria-hidden="true" style={{ color: `rgb(${rgbOf(code).join(" ")})` }} />
        {part === WHOLE ? "colour" : `${part} colour`}{" "}
        {code !== before && <span className="second">was {colorName(before)}</span>}
      </span>
      <select value={code} onChange={(event) => onChange(Number(event.target.value))}>
        {codes.map((each) => (
          <option key={each} value={each}>
            {colorName(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
