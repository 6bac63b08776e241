# ruff: noqa: T201 - a script that prints
"""How much of what captions ask for is built, as far as it can be seen in the structures?

    python -m tests.benchmarks.attributes [--rows 3] [--drafts 4] [--temperature 0.3] [--model M]

Captions are written for shapes that the model was not trained on, `rows` a category.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import legolab as ll
from legolab.generation import generator
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.prompt import understand
from legolab.training.corpus import make_row

_SEED = 4242  # of a corpus that nothing is trained on


def main() -> None:
    """Generate and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--drafts", type=int, default=generator.MAX_DRAFTS)
    parser.add_argument("--temperature", type=float, default=generator.DEFAULT_TEMPERATURE)
    parser.add_argument("--model", default="embedded")
    options = parser.parse_args()
    generator.MAX_DRAFTS = options.drafts
    asked = held = fields = as_described = perfect = drafts = 0
    amiss: dict[str, list[str]] = defaultdict(list)
    seconds: list[float] = []
    count = options.rows * len(CATEGORIES)
    for number in range(count):
        caption = make_row(_SEED, number).captions[0]
        understood = understand(caption)
        began = time.perf_counter()
        result = ll.generate(
            caption, seed=number, temperature=options.temperature, model=options.model
        )
        seconds.append(time.perf_counter() - began)
        different = {difference.field for difference in result.differences}
        asked += len(understood.wishes)
        held += len(set(understood.wishes) - different)
        fields += len(CATEGORIES[understood.category].fields)
        as_described += len(CATEGORIES[understood.category].fields) - len(different)
        perfect += not different
        drafts += result.trace.drafts
        amiss[understood.category] += map(str, result.differences)
    print(f"{count} captions, {options.drafts} drafts at most, T {options.temperature}")
    print(f"asked for and built {held / asked:.3f} of {asked}")
    print(f"fields as described {as_described / fields:.3f} of {fields}")
    print(f"nothing amiss       {perfect / count:.3f}")
    print(f"drafts {drafts / count:.2f}, seconds median {sorted(seconds)[count // 2]:.2f}")
    for category, found in sorted(amiss.items()):
        print(f"{category:10} {len(found)}: {'; '.join(found)}")


if __name__ == "__main__":
    main()
