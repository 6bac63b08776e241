# ruff: noqa: T201 - a script that prints
"""Can strangers tell what was asked? Pictures of all subjects, by four captions each.

    python -m tests.benchmarks.contact_sheet OUT [--seed 1] [--drafts 5] [--model FOLDER]

Writes OUT/sheet-1.png and on, shuffled and numbered, without captions; OUT/key.json (number ->
subject, caption, seed, verdict and figures); and OUT/told-1.png and on, in order and with captions.
Show the sheets, not the key, to somebody who has not seen the captions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

import legolab as ll
from legolab.rendering.preview import render

CAPTIONS: dict[str, tuple[str, str, str, str]] = {
    "basket": (
        "a basket with a handle",
        "a wide basket",
        "a round basket with a tall handle",
        "a bread basket without a handle",
    ),
    "bed": (
        "a double bed with a headboard",
        "a bunk bed",
        "a single bed with short legs",
        "a wide bed with two pillows",
    ),
    "bench": (
        "a park bench",
        "a long bench without a back",
        "a bench with arms",
        "a short wooden bench",
    ),
    "birdhouse": (
        "a birdhouse",
        "a birdhouse on a pole",
        "a bird house with a flat roof",
        "a birdhouse with a perch",
    ),
    "bookshelf": (
        "a bookshelf with four shelves",
        "a tall narrow bookcase",
        "a wide bookshelf with a divider",
        "a low shelf",
    ),
    "bottle": ("a wine bottle", "a wide bottle with a cap", "a square flask", "a tall slim bottle"),
    "bowl": ("a round bowl", "a shallow dish", "a deep bowl with a foot", "a large salad bowl"),
    "bus": (
        "a double-decker bus",
        "a city bus with windows",
        "a long coach with six wheels",
        "a short bus",
    ),
    "camera": (
        "a camera with a long lens",
        "a camera on a tripod",
        "a compact camera",
        "a film camera with a viewfinder",
    ),
    "car": ("a car", "a pickup truck", "a sports car with a spoiler", "a delivery van"),
    "chair": (
        "a chair with four legs and a high back",
        "a bar stool",
        "an armchair",
        "a chair on a pedestal",
    ),
    "guitar": (
        "an acoustic guitar",
        "a guitar with a long neck",
        "an electric guitar with a boxy body",
        "a small guitar",
    ),
    "jar": (
        "a cookie jar",
        "a tall round jar with a lid",
        "a square jar without a lid",
        "a wide storage jar",
    ),
    "mug": (
        "a coffee mug",
        "a cup with a small handle",
        "a tall mug",
        "a square mug with a big handle",
    ),
    "piano": (
        "a grand piano",
        "an upright piano",
        "a grand piano with an open lid",
        "a wide piano",
    ),
    "pot": (
        "a cooking pot with a lid",
        "a flower pot",
        "a saucepan with two handles",
        "a tall plant pot",
    ),
    "sofa": (
        "a long sofa with armrests",
        "an L-shaped couch",
        "a small sofa",
        "a couch with a high back",
    ),
    "table": (
        "a round table with a central pedestal",
        "a dining table",
        "a low coffee table",
        "a desk with side panels",
    ),
    "tower": (
        "a tall tower with battlements",
        "a round tower with a pointed roof",
        "a skyscraper with three tiers",
        "a wide square tower",
    ),
    "train": (
        "a steam locomotive",
        "a train with two carriages",
        "a steam train with open wagons",
        "a long train",
    ),
    "vessel": (
        "a sailing boat",
        "a cargo ship with containers",
        "a rowing boat",
        "a ship with a cabin in the middle",
    ),
}
"""Subject -> how people might ask for it."""

TILE, COLUMNS, ROWS, HEAD = 300, 6, 5, 28


def generate_all(seed: int, drafts: int, model: str) -> list[dict[str, Any]]:
    """Every caption: picture and figures."""
    ll.generate("a chair", seed=0, model=model, drafts=1)
    made: list[dict[str, Any]] = []
    for subject, captions in CAPTIONS.items():
        for caption in captions:
            began = time.perf_counter()
            result = ll.generate(caption, seed=seed, drafts=drafts, model=model)
            figures = {
                "subject": subject,
                "caption": caption,
                "seed": seed,
                "description": result.description,
                "verdict": result.report.verdict.value,
                "bricks": len(result.structure),
                "seconds": round(time.perf_counter() - began, 2),
                "drafts": result.trace.drafts,
                "differences": [str(difference) for difference in result.differences],
            }
            print(json.dumps(figures), flush=True)
            made.append(figures | {"picture": Image.fromarray(render(result.structure, TILE))})
    return made


def draw(made: Sequence[dict[str, Any]], captions: Sequence[str], out: Path, name: str) -> None:
    """Sheets of numbered pictures, with a line above each."""
    font = ImageFont.load_default(14)
    page = COLUMNS * ROWS
    for first in range(0, len(made), page):
        part = made[first : first + page]
        rows = -(-len(part) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * TILE, rows * (TILE + HEAD)), "white")
        pen = ImageDraw.Draw(sheet)
        for number, entry in enumerate(part):
            x, y = number % COLUMNS * TILE, number // COLUMNS * (TILE + HEAD)
            sheet.paste(entry["picture"], (x, y + HEAD), entry["picture"])
            pen.text((x + 8, y + 6), captions[first + number], fill="black", font=font)
        sheet.save(out / f"{name}-{first // page + 1}.png")


def main() -> None:
    """Generate, draw in order, shuffle, draw without captions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drafts", type=int, default=5)
    parser.add_argument("--model", default="embedded")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    made = generate_all(options.seed, options.drafts, options.model)
    draw(made, [entry["caption"] for entry in made], options.out, "told")
    random.Random(2026).shuffle(made)
    draw(made, [str(number + 1) for number in range(len(made))], options.out, "sheet")
    for entry in made:
        del entry["picture"]
    key = dict(enumerate(made, start=1))
    (options.out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
