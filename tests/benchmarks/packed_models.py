"""Size and time of packed files, and what three's loader makes of a hundred of them.

    python -m tests.benchmarks.packed_models

It needs node, and npm. The hundred are shapes of the training
corpus in random colours and random heaps of up to 400 bricks; each is compared brick by brick.
"""

import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from legolab import BrickStructure
from legolab.bricks.colors import PALETTE
from legolab.ldraw.packed import write_mpd
from legolab.training.corpus import make_row
from tests.ldraw.test_three_loader import agrees, loaded
from tests.stability.structures import KINDS, random_structure

SIZES = (37, 118, 400)


def colored(structure: BrickStructure, rng: np.random.Generator) -> BrickStructure:
    return structure.with_colors(rng.choice(sorted(PALETTE), len(structure)).tolist())


def heap(bricks: int, number: int) -> BrickStructure:
    """The first `bricks` of a random structure, which has at least that many."""
    rng = np.random.default_rng([bricks, number])
    while True:
        structure = random_structure(rng, bricks * 5 // 4, list(KINDS)[number % len(KINDS)])
        if len(structure) >= bricks:
            return colored(structure[:bricks], rng)
        number += 1


def hundred() -> list[BrickStructure]:
    rng = np.random.default_rng(0)
    shapes = [BrickStructure.from_text(make_row(4, number).bricks) for number in range(84)]
    return [colored(shape, rng) for shape in shapes] + [heap(25 * n, n) for n in range(1, 17)]


def main() -> None:
    for size in SIZES:
        structure = heap(size, 1)
        text = write_mpd(structure).encode()
        seconds = []
        for _ in range(21):
            start = time.perf_counter()
            write_mpd(structure)
            seconds.append(time.perf_counter() - start)
        packed = len(gzip.compress(text))
        sys.stdout.write(
            f"{size} bricks: {len(text) / 1000:.1f} kB, {packed / 1000:.1f} kB gzipped, "
            f"written in {1000 * statistics.median(seconds):.2f} ms\n"
        )
    structures = hundred()
    texts = [write_mpd(structure) for structure in structures]
    for options in ([], ["--parts-first"]):
        with tempfile.TemporaryDirectory() as folder:
            models = loaded(Path(folder), texts, *options)
        same = sum(agrees(*pair) for pair in zip(models, structures, strict=True))
        times = sorted(model["milliseconds"] for model in models)
        sys.stdout.write(
            f"{' '.join(['LDrawLoader', *options])}: {same} of {len(models)} files as written "
            f"({sum(map(len, structures))} bricks, up to {max(map(len, structures))}), "
            f"median {statistics.median(times):.0f} ms, slowest {times[-1]:.0f} ms\n"
        )


if __name__ == "__main__":
    main()
