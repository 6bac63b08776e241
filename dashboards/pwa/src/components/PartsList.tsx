import { type Brick, countSizes } from "../bricks/brick";

interface PartsListProps {
  bricks: readonly Brick[];
  /** Size -> how many more the person would need. */
  missing: Readonly<Record<string, number>>;
}

export function PartsList({ bricks, missing }: PartsListProps) {
  const lacking = Object.entries(missing);
  return (
    <section aria-labelledby="parts-title">
      <h3 id="parts-title">Parts, {bricks.length}</h3>
      <ul className="parts">
        {countSizes(bricks).map(([size, count]) => (
          <li key={size}>
            <span>{size}</span>
            <span className="figures">{count}</span>
          </li>
        ))}
      </ul>
      {lacking.length > 0 && (
        <>
          <h3>Missing from your bricks</h3>
          <ul className="parts missing">
            {lacking.map(([size, count]) => (
              <li key={size}>
                <span>{size}</span>
                <span className="figures">{count} more</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
