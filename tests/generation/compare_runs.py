# ruff: noqa: T201 - a script that prints
"""What must not differ between runs, and what an inventory must not be exceeded by, by hand.

python -m tests.generation.compare_runs [inventory] [processes] [batch]

Captions are those in people's words. An inventory is a third less of every kind than the caption
takes without one, two bricks of each at least.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

from legolab.bricks.inventory import brick_counts
from legolab.errors import LegolabError
from legolab.evaluation.captions import PEOPLE, read_captions
from legolab.generation.batch import generate_many
from legolab.generation.generator import MAX_DRAFTS, generate
from legolab.generation.result import Generation
from legolab.stability.report import Verdict

STOCKED, SEEDS, PROCESSES, BATCHED = 50, 20, 3, 16
ONE = "one process"


def captions(count: int) -> list[str]:
    """The first so many in people's words."""
    return [caption.text for caption in read_captions(PEOPLE)][:count]


def inventory() -> None:
    """Many captions, each with fewer bricks than it takes."""
    built = violations = stable = told = refused = 0
    for seed, caption in enumerate(captions(STOCKED)):
        free = brick_counts(generate(caption, seed=seed).structure)
        stock = {kind: max(2, 2 * count // 3) for kind, count in free.items()}
        try:
            result = generate(caption, seed=seed, inventory=stock)
        except LegolabError as error:
            refused += 1
            print(f"{caption}: {error}")
            continue
        used = brick_counts(result.structure)
        built += 1
        violations += any(count > stock.get(kind, 0) for kind, count in used.items())
        stable += result.report.verdict is Verdict.STABLE
        told += bool(result.missing)
    print(
        f"inventory: {built} built, {refused} refused, {violations} violations, {stable} stable, "
        f"{told} told what is missing"
    )


def digest() -> str:
    """Of all that comes out of some captions and seeds."""
    texts = [
        generate(caption, seed=seed).structure.to_text()
        for seed, caption in enumerate(captions(SEEDS))
    ]
    return " ".join(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)


def processes() -> None:
    """The same seeds in processes of their own."""
    command = [sys.executable, "-m", "tests.generation.compare_runs", ONE]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(PROCESSES)
    ]
    differ = sum(len(set(seen)) > 1 for seen in zip(*runs, strict=True))
    print(f"determinism: {len(runs[0])} seeds in {PROCESSES} processes, {differ} differ")


def batch() -> None:
    """Captions side by side against one after the other."""
    texts, seeds = captions(BATCHED), list(range(BATCHED))
    generate(texts[0], seed=0)
    for drafts in (1, MAX_DRAFTS):
        began, spent = time.perf_counter(), time.process_time()
        alone = [
            generate(text, seed=seed, drafts=drafts)
            for text, seed in zip(texts, seeds, strict=True)
        ]
        middle, half = time.perf_counter(), time.process_time()
        beside = list(generate_many(texts, seeds, drafts=drafts))
        ended, over = time.perf_counter(), time.process_time()
        differ = sum(
            not isinstance(two, Generation) or one.structure != two.structure
            for one, two in zip(alone, beside, strict=True)
        )
        print(
            f"batch, at most {drafts} drafts: {BATCHED} captions, {differ} differ; "
            f"{middle - began:.1f} s alone, {ended - middle:.1f} s side by side "
            f"(processor {half - spent:.1f} and {over - half:.1f} s)"
        )


def main() -> None:
    if ONE in sys.argv:
        print(digest())
        return
    asked = sys.argv[1:]
    for part in (inventory, processes, batch):
        if not asked or part.__name__ in asked:
            part()


if __name__ == "__main__":
    main()
