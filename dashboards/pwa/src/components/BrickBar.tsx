interface BrickBarProps {
  /** Bricks in the row, and how many of them are there. */
  count: number;
  filled: number;
  /** The last one that is there stands out: it is being worked on. */
  live?: boolean;
}

/** A row of little bricks with a stud: progress and steps. */
export function BrickBar({ count, filled, live = false }: BrickBarProps) {
  return (
    <span className={live ? "bar live" : "bar"} aria-hidden="true">
      {Array.from({ length: count }, (_, place) => (
        <i key={place} className={place < filled ? "on" : ""} />
      ))}
    </span>
  );
}
