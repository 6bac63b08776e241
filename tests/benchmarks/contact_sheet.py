# ruff: noqa: T201 - a script that prints
"""Can strangers tell what was asked? A shuffled sheet of pictures without captions, and its key.

    python -m tests.benchmarks.contact_sheet OUT [--seeds 3] [--first-seed 1]

Writes OUT/sheet.png, numbered, and OUT/key.json (number -> caption, seed, verdict and figures), and
prints the figures. Show the sheet, not the key, to somebody who has not seen the captions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import legolab as ll
from legolab.generation.models.embedded import load_embedded
from legolab.rendering.preview import render

CAPTIONS = (
    "a chair with four legs and a high back",
    "a round table with a central pedestal",
    "a long sofa with armrests",
    "a bunk bed",
    "a bookshelf with four shelves",
    "a double-decker bus with windows",
    "a steam train with two carriages",
    "a sailing boat",
    "a guitar with a long neck",
    "a mug with a big handle",
)
"""Ten categories, as people ask for them."""

TILE, COLUMNS = 300, 6


def generate_all(seeds: list[int]) -> list[dict[str, object]]:
    """Every caption with every seed: pictures and figures."""
    began = time.perf_counter()
    load_embedded()
    print(f"load {time.perf_counter() - began:.2f} s")
    made: list[dict[str, object]] = []
    for caption in CAPTIONS:
        for seed in seeds:
            result = ll.generate(caption, seed=seed)
            trace = result.trace
            figures = {
                "caption": caption,
                "seed": seed,
                "description": result.description,
                "verdict": result.report.verdict.value,
                "bricks": len(result.structure),
                "decode_s": round(trace.seconds["decode"], 2),
                "verify_s": round(trace.seconds["verify"], 2),
                "rollbacks": trace.rollbacks,
                "regrounded": trace.regrounded,
                "pruned": trace.pruned,
                "trimmed": trace.trimmed,
                "finished": trace.finished,
            }
            print(json.dumps(figures), flush=True)
            made.append(figures | {"picture": Image.fromarray(render(result.structure, TILE))})
    return made


def main() -> None:
    """Generate, shuffle, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    options = parser.parse_args()
    made = generate_all(list(range(options.first_seed, options.first_seed + options.seeds)))
    random.Random(2026).shuffle(made)
    rows = -(-len(made) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE, rows * (TILE + 28)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    for number, entry in enumerate(made):
        x, y = number % COLUMNS * TILE, number // COLUMNS * (TILE + 28)
        picture = entry.pop("picture")
        assert isinstance(picture, Image.Image)
        sheet.paste(picture, (x, y + 28), picture)
        pen.text((x + 8, y + 4), str(number + 1), fill="black", font=font)
    options.out.mkdir(parents=True, exist_ok=True)
    sheet.save(options.out / "sheet.png")
    key = dict(enumerate(made, start=1))
    (options.out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")
    print(options.out / "sheet.png")


if __name__ == "__main__":
    main()
