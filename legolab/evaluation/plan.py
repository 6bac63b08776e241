"""What a run is asked for: captions, seeds and settings, looked over and kept in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from legolab import __version__
from legolab.errors import FileError, InputError
from legolab.evaluation.captions import SHIPPED, Caption, read_captions
from legolab.evaluation.shards import shard_name
from legolab.generation.generator import SEED_LIMIT
from legolab.generation.models.embedded import load_embedded
from legolab.stability.registry import choose_backend

SCHEMA = "legolab.run/1"
PLAN = "run.json"

MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class Settings:
    """What, besides caption and seed, decides what comes out."""

    model: str
    weights: str  # first 12 hex digits of their SHA-256
    temperature: float
    max_bricks: int
    solver: str
    version: str  # of legolab


@dataclass(frozen=True)
class Plan:
    """What a folder was last asked for."""

    settings: Settings
    seeds: tuple[int, ...]
    captions: tuple[Caption, ...]

    @property
    def jobs(self) -> Iterator[tuple[Caption, int]]:
        """Every caption with every seed, in order."""
        return ((caption, seed) for caption in self.captions for seed in self.seeds)

    @property
    def rows(self) -> int:
        """Captions by seeds."""
        return len(self.captions) * len(self.seeds)

    def shard(self, caption: Caption, seed: int) -> str:
        """The file of a row. What the model is called does not matter, its weights do."""
        settings = {name: value for name, value in asdict(self.settings).items() if name != "model"}
        return shard_name(caption.text, seed, settings)


def make_plan(
    captions: Path | str | Sequence[Caption] | None,
    seeds: Sequence[int] | int | str,
    model: str,
    temperature: float,
    max_bricks: int,
    limit: int | None,
) -> Plan:
    """See that everything can be used, before anything is made; arguments as in `runs.run`.

    Raises:
        InputError: the captions or an argument cannot be used.
        FileError: the captions cannot be read.
        ModelError: the model's files are missing or damaged.
    """
    if captions is None or isinstance(captions, Path | str):
        captions = read_captions(Path(captions or SHIPPED))
    if isinstance(seeds, int | str):
        seeds = parse_seeds(str(seeds))
    if limit is not None and limit < 1:
        raise InputError(f"expected a limit of at least 1 caption, got {limit}")
    captions = captions[:limit]
    if not captions or not seeds:
        raise InputError(
            f"expected at least one caption and one seed, got {len(captions)} and {len(seeds)}"
        )
    if len(captions) * len(seeds) > MAX_ROWS:
        raise InputError(
            f"expected at most {MAX_ROWS:,} generations, got {len(captions)} captions by "
            f"{len(seeds)} seeds"
        )
    for seed in seeds:
        if not 0 <= seed < SEED_LIMIT:
            raise InputError(f"expected seeds from 0 to {SEED_LIMIT - 1}, got {seed}")
    for what, several in (("seed", seeds), ("caption", [caption.text for caption in captions])):
        if len(set(several)) < len(several):
            raise InputError(f"expected every {what} once, got one twice")
    if not 0 < temperature <= 10:
        raise InputError(f"expected a temperature above 0 and up to 10, got {temperature}")
    if max_bricks < 1:
        raise InputError(f"expected at least 1 brick, got {max_bricks}")
    loaded = load_embedded() if model == "embedded" else load_embedded(Path(model))
    solver = choose_backend("auto")
    settings = Settings(model, loaded.digest, float(temperature), max_bricks, solver, __version__)
    return Plan(settings, tuple(seeds), tuple(captions))


def parse_seeds(text: str) -> Sequence[int]:
    """Seeds as a person writes them: one, some, or a range without its end.

    >>> list(parse_seeds("0:3")), list(parse_seeds("7")), list(parse_seeds("1,4,9"))
    ([0, 1, 2], [7], [1, 4, 9])

    Raises:
        InputError: it is none of these.
    """
    first, colon, end = text.partition(":")
    try:
        if colon:
            seeds: Sequence[int] = range(int(first or "0"), int(end))
        else:
            seeds = [int(seed) for seed in text.split(",")]
    except ValueError:
        seeds = ()
    if not seeds:
        raise InputError(f"expected seeds such as 0:3, 7 or 1,4,9, got {text!r}")
    return seeds


def read_plan(folder: Path) -> Plan:
    """What a run's folder was last asked for.

    Raises:
        FileError: there is no run in the folder, or of another version.
    """
    file = folder / PLAN
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise FileError(f"expected {file} of {SCHEMA}, got {document['schema']}")
        return Plan(
            Settings(**document["settings"]),
            tuple(document["seeds"]),
            tuple(Caption(**caption) for caption in document["captions"]),
        )
    except FileNotFoundError:
        raise FileError(f"expected a run in {folder}, but there is no {PLAN}") from None
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(f"{file} is not what a run leaves: {error!r}") from error


def write_plan(folder: Path, plan: Plan) -> None:
    """Leave in a folder what it is asked for."""
    document = {
        "schema": SCHEMA,
        "settings": asdict(plan.settings),
        "seeds": list(plan.seeds),
        "captions": [asdict(caption) for caption in plan.captions],
    }
    draft = folder / f".{PLAN}"
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(folder / PLAN)
