"""How long bricks take to draw: ours against the published way, on the same weights in one run.

`python -m tests.benchmarks.decode_speed [captions]`, with one thread: set OMP_NUM_THREADS=1.

The published way asks `generate()` of transformers for one token at a time, under the grammar of a
brick, copies the whole cache before every brick, and begins a brick again that is outside, collides
or was refused before, a little hotter each time (AvaLovelace1/BrickGPT, arXiv 2505.05469). It is
written anew here, for weights whose brick is four tokens. No physics on either side.
"""

from __future__ import annotations

import copy
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from unittest.mock import patch

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import SIZES
from legolab.bricks.placement import cells, reject
from legolab.errors import PlacementError
from legolab.evaluation.captions import PEOPLE, read_captions
from legolab.generation import drafting
from legolab.generation.generator import generate
from legolab.generation.grammar import Placement
from legolab.generation.models.embedded import EMBEDDED_FOLDER, load_embedded

WORLD = (20, 20, 20)
CONTEXT = 500  # tokens
TEMPERATURE = 0.3
LARGE = (
    "a large jar with a lid",
    "a wide tower with three tiers",
    "a long bus with two decks",
    "a large flower pot",
    "a wide bookshelf with five shelves",
    "a large cooking pot",
)


def published(description: str, seed: int, most: int) -> int:
    """Bricks drawn the published way."""
    import torch
    from transformers import AutoModelForCausalLM, DynamicCache

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    if not hasattr(published, "model"):
        loaded = AutoModelForCausalLM.from_pretrained(EMBEDDED_FOLDER, dtype=torch.float32)
        vars(published)["model"] = loaded.eval()
    model = vars(published)["model"]
    ours = load_embedded()
    sizes = [ours.token(f"{h}x{w} (") for h, w in SIZES]
    numbers = [ours.token(f"{number},") for number in range(20)]
    layers = [ours.token(f"{number})\n") for number in range(20)]
    end = ours.token("<|eot|>")
    slots = [[*sizes, end], numbers, numbers, layers]
    text = torch.tensor([ours.encode(f"<|begin|>{description}<|sep|>")])
    cache, taken, count = DynamicCache(), set(), 0
    while count < most:
        refused: set[Brick] = set()
        heat = TEMPERATURE
        while True:
            own, written = copy.deepcopy(cache), text
            values = []
            for allowed in slots:
                written = model.generate(
                    written,
                    past_key_values=own,
                    max_new_tokens=1,
                    do_sample=True,
                    temperature=heat,
                    top_k=0,
                    pad_token_id=0,
                    prefix_allowed_tokens_fn=lambda _, __, allowed=allowed: allowed,
                )
                values.append(allowed.index(int(written[0, -1])))
                if written[0, -1] == end:
                    return count
            brick = Brick(*SIZES[values[0]], *values[1:])
            try:
                wrong = brick in refused or reject(brick, WORLD, taken) is not None
            except PlacementError:
                wrong = True
            if not wrong:
                break
            refused.add(brick)
            heat = min(2.0, heat + 0.01)
        cache, text = own, written
        taken.update(cells(brick))
        count += 1
    return count


def ours(description_of: str, seed: int) -> tuple[int, str]:
    """Bricks drawn our way, and the description they were drawn for."""
    result = generate(description_of, seed=seed, drafts=1, temperature=TEMPERATURE)
    return result.trace.proposals, result.description


def at_context() -> tuple[float, int]:
    """CPU milliseconds for a brick where the text is about CONTEXT tokens long, and bricks seen."""
    sample, spent = drafting.Draft._sample, []

    def timed(draft: drafting.Draft) -> Placement | None:
        near = abs(draft._decoder.length - CONTEXT) <= CONTEXT / 10
        start = time.process_time()
        placement = sample(draft)
        if near:
            spent.append(time.process_time() - start)
        return placement

    with patch.object(drafting.Draft, "_sample", timed):
        for seed, caption in enumerate(LARGE):
            generate(caption, seed=seed, drafts=1)
    return 1e3 * statistics.mean(spent), len(spent)


def cold() -> float:
    """Seconds from a cold process to files."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "legolab", "generate", "a chair", "--seed", "1"]
        subprocess.run([*command, "--out", folder], check=True, capture_output=True)
        return time.perf_counter() - start


def compared(captions: list[str]) -> Iterator[tuple[float, float]]:
    """CPU milliseconds a brick, ours and the published way, caption by caption."""
    generate(captions[0], seed=0, drafts=1)
    published("mug, handle big, shape round, width 10, depth 7, height 7", 0, 2)
    for seed, caption in enumerate(captions):
        start = time.process_time()
        count, description = ours(caption, seed)
        mine = 1e3 * (time.process_time() - start) / count
        start = time.process_time()
        other = published(description, seed, count)
        theirs = 1e3 * (time.process_time() - start) / max(1, other)
        yield mine, theirs


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    captions = [caption.text for caption in read_captions(PEOPLE)][:: 100 // count][:count]
    say = sys.stdout.write
    generate("a chair", seed=0, drafts=1)
    spent, seen = at_context()
    say(f"a brick at context {CONTEXT}: {spent:.2f} ms CPU, mean of {seen}\n")
    with patch.object(drafting.Guesser, "along", lambda _, path: path):
        say(f"the same without guesses: {at_context()[0]:.2f} ms CPU\n")
    pairs = list(compared(captions))
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(other / own for own, other in pairs)
    say(f"a brick, median of {len(pairs)}: ours {mine:.2f} ms CPU, published {theirs:.1f}, ")
    say(f"{ratio:.1f} times\n")
    say(f"cold process to files: {cold():.2f} s\n")


if __name__ == "__main__":
    main()
