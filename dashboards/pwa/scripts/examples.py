"""Write src/examples/examples.ts: what the first screen offers, with the bricks that come of it.

Run it from the repository's root after the model has changed.
"""

from __future__ import annotations

import json
from pathlib import Path

import legolab

EXAMPLES = (
    ("a chair with four legs and a high back", 7),
    ("a round table with four legs", 7),
    ("a grand piano", 1),
    ("a steam train", 7),
    ("a sofa with two arms", 1),
    ("a bookshelf with five shelves", 1),
)
TARGET = Path(__file__).parents[1] / "src" / "examples" / "examples.ts"


def main() -> None:
    """Generate each example and write them all."""
    entries = []
    for caption, seed in EXAMPLES:
        structure = legolab.generate(caption, seed=seed).structure.to_text()
        entries.append({"caption": caption, "seed": seed, "structure": structure})
    TARGET.write_text(
        "/** Made by scripts/examples.py; not edited by hand. */\n\n"
        f"export const examples = {json.dumps(entries, indent=2)} as const;\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
