"""Write a trained model as files that the numpy decoder and AutoModelForCausalLM both read."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.structure import BrickStructure
from legolab.generation.features import Form
from legolab.generation.lexicon import CATEGORIES, Value
from legolab.generation.prompt import describe
from legolab.training.corpus import Row, built
from legolab.training.shapes import draw

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

    from legolab.training.train import Recipe

_DESCRIPTIONS_SEED = 770_004  # a corpus has small seeds
_DRAWN = 3  # shapes for every description that is wanted

_CURVE_ROWS = 15  # of the table, at most; the last measurement is always one

_CURVE = """
The run. Nats per brick of the loss (mean of 20 steps), and on shapes it never saw with their own
description, with the category alone and with another's description; then first drafts of a few of
these shapes: the share of what can be seen of their descriptions that is so, and in one piece.

| minutes | tokens | loss | own | bare | another's | as described | one piece |
|---|---|---|---|---|---|---|---|"""


def export_model(
    folder: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    rows: Sequence[Row],
    recipe: Recipe,
    descriptions: str,
    taught: NDArray[np.uint32],
    history: Sequence[dict[str, Any]],
    begun_with: str = "",
) -> Path:
    """Write weights (bfloat16 safetensors), config, tokenizer, descriptions and a model card.

    Beside them what the shapes were that it was trained on, so that it need not recite them.

    Args:
        folder: where to; made when missing.
        model: the trained model.
        tokenizer: what it reads by.
        rows: the corpus.
        recipe: what the run was told.
        descriptions: of `new_descriptions`.
        taught: of `taught_shapes`.
        history: what it measured on the way, for the card.
        begun_with: `training_line` of the model whose weights it began with, if it did.
    """
    import copy

    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "descriptions.json").write_text(descriptions, encoding="utf-8")
    np.save(folder / "taught.npy", taught)
    (folder / "README.md").write_text(
        _card(model, rows, recipe, history, begun_with), encoding="utf-8"
    )
    return folder


def taught_shapes(rows: Iterable[Row]) -> NDArray[np.uint32]:
    """Digests of all shapes that are trained on, see `features.Form`; ascending, each once."""
    learned = (BrickStructure.from_text(row.bricks) for row in rows if not row.held_out)
    return np.unique(np.array([Form.of(shape).digest() for shape in learned], dtype=np.uint32))


def new_descriptions(known: Collection[str], count: int) -> str:
    """Complete descriptions by category: what a caption leaves open is drawn from them.

    They are of shapes that are drawn for this and can be built, as often as possible of none that
    was trained on: told a description it has learned, a model may recite the shape it belongs to.

    Args:
        known: descriptions that were trained on.
        count: how many of each category.

    Returns:
        JSON, category -> descriptions, each a list of values in the lexicon's order.
    """
    lines = []
    for index, (name, category) in enumerate(CATEGORIES.items()):
        rng = np.random.default_rng(np.random.SeedSequence([_DESCRIPTIONS_SEED, index]))
        new: list[list[Value]] = []
        others: list[list[Value]] = []
        while len(new) < count and len(new) + len(others) < _DRAWN * count:
            shape = draw(name, rng)
            if shape is None or built(shape) is None:
                continue
            values = [shape.fields[field.name] for field in category.fields]
            (others if describe(name, shape.fields) in known else new).append(values)
        kept = (new + others)[:count]
        lines.append(f"{json.dumps(name)}: {json.dumps(kept, separators=(',', ':'))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


_TRAINING = "- Training: "


def training_line(folder: Path) -> str:
    """What a model card says of its training, without the name of the line; empty without one."""
    card = folder / "README.md"
    lines = card.read_text(encoding="utf-8").splitlines() if card.exists() else []
    return next((line[len(_TRAINING) :] for line in lines if line.startswith(_TRAINING)), "")


def _card(
    model: LlamaForCausalLM,
    rows: Sequence[Row],
    recipe: Recipe,
    history: Sequence[dict[str, Any]],
    begun_with: str,
) -> str:
    distinct = len({row.digest for row in rows}) / len(rows)
    command = "`legolab train`"
    if begun_with:
        command += f"; begun with the weights of: {begun_with.rstrip('.')}"
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return f"""---
license: mit
tags: [text-to-brick]
---
# The embedded model of legolab

A small Llama ({parameters / 1e6:.1f}M parameters, {recipe.layers} layers, bfloat16) that reads a
description of one of {len(CATEGORIES)} subjects and writes bricks, one `HxW (x,y,z)` a line.

- Subjects: {", ".join(CATEGORIES)}.
- Data: {len(rows):,} structures drawn by legolab's own parametric shapes (seed {recipe.seed}),
  {distinct:.0%} of them distinct; no other data.
- `taught.npy` tells which shapes these were: of drafts that are as good, one
  that is none of them is kept.
{_TRAINING}{_lasted(history)}, {command}.
- Limits: one subject at a time, no colours, at most 20 studs or layers a side, and nothing it was
  not taught. What it writes is checked by physics before anyone calls it stable.

Recipe: `{json.dumps(asdict(recipe))}`
{_curve(history)}"""


def _lasted(history: Sequence[dict[str, Any]]) -> str:
    if not history:
        return "under way"
    last = history[-1]
    return f"{last['minutes']:.0f} minutes, {last['tokens'] / 1e6:.1f}M tokens"


def _curve(history: Sequence[dict[str, Any]]) -> str:
    """The run as a table; empty before anything was measured."""
    if not history:
        return ""
    every = math.ceil(len(history) / _CURVE_ROWS)
    lines = [_measured(entry) for entry in history[::-1][::every]][::-1]
    return "\n".join((_CURVE, *lines, ""))


def _measured(entry: dict[str, Any]) -> str:
    gauge, samples = entry["gauge"], entry.get("samples")
    nats = [f"{value:.2f}" for value in (gauge["own"], gauge["bare"], gauge["other"])]
    built = [f"{samples[name]:.0%}" for name in ("described", "whole")] if samples else ["", ""]
    cells = (f"{entry['minutes']:.0f}", f"{entry['tokens'] / 1e6:.1f}M", f"{entry['loss']:.2f}")
    return f"| {' | '.join((*cells, *nats, *built))} |"
