import { examples } from "../examples/examples";
import { ExampleCard } from "./ExampleCard";

interface ExamplesProps {
  onPick(caption: string, seed: number): void;
}

/** Six things one can tap. */
export function Examples({ onPick }: ExamplesProps) {
  return (
    <div className="examples">
      {examples.map(({ caption, seed, structure }) => (
        <ExampleCard
          key={caption}
          caption={caption}
          structure={structure}
          onPick={() => onPick(caption, seed)}
        />
      ))}
    </div>
  );
}
