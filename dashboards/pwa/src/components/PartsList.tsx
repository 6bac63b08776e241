import { type Brick, countSizes } from "../bricks/brick";

interface PartsListProps {
  bricks: readonly Brick[];
}

export function PartsList({ bricks }: PartsListProps) {
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
    </section>
  );
}
