"""A training run: what it measures, that it can be resumed, and that its export decodes."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from legolab.errors import InputError
from legolab.generation.models.embedded import EmbeddedModel
from legolab.training.batches import encode_rows, training_batches
from legolab.training.corpus import make_row
from legolab.training.tokenizer import brick_pieces, train_tokenizer
from legolab.training.train import Progress, Recipe, train_model

SMALL = Recipe(
    structures=105,
    seed=2,
    minutes=0.02,
    hidden=32,
    layers=1,
    heads=2,
    feed_forward=48,
    samples=1,
    descriptions=4,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress]]:
    out = tmp_path_factory.mktemp("run")
    told: list[Progress] = []
    train_model(out, recipe=SMALL, report=told.append)
    return out, told


def test_a_run_ends_with_a_model_that_decodes(run: tuple[Path, list[Progress]]) -> None:
    out, _ = run
    model = EmbeddedModel(out / "model")
    assert set(model.descriptions) >= {"chair", "table"}
    assert len(model.step(model.encode("<|begin|>chair<|sep|>"))) > 100
    card = (out / "model" / "README.md").read_text(encoding="utf-8")
    assert "Limits" in card and card.splitlines()[-1].startswith("| 0 | 0.")


def test_progress_ends_with_a_gauge_on_unseen_shapes(run: tuple[Path, list[Progress]]) -> None:
    _, told = run
    assert [progress.stage for progress in told][:1] == ["corpus"]
    last = told[-1]
    assert last.done == 1.0 and last.tokens > 0 and last.step > 0
    assert last.gauge is not None and all(
        math.isfinite(nats) and nats > 0
        for nats in (last.gauge.own, last.gauge.bare, last.gauge.other)
    )
    assert last.samples is not None and last.samples.count == 1
    assert 0 <= last.samples.described <= 1 and last.samples.whole in (0, 1)


def test_a_run_is_not_overwritten_but_resumed(run: tuple[Path, list[Progress]]) -> None:
    out, told = run
    with pytest.raises(InputError, match="already holds a run"):
        train_model(out, recipe=SMALL)
    again: list[Progress] = []
    longer = replace(SMALL, minutes=told[-1].minutes + 0.02)
    train_model(out, recipe=longer, resume=True, report=again.append)
    assert again[-1].step > told[-1].step
    assert again[-1].tokens > told[-1].tokens


class _KilledError(Exception):
    pass


def test_a_run_killed_and_resumed_ends_with_the_same_weights(tmp_path: Path) -> None:
    recipe = replace(SMALL, minutes=20, samples=0, batch_tokens=3000)
    once = train_model(tmp_path / "once", recipe=recipe, clock=_minutes())
    with pytest.raises(_KilledError):
        train_model(tmp_path / "twice", recipe=recipe, clock=_minutes(13))
    told: list[Progress] = []
    twice = train_model(
        tmp_path / "twice", recipe=recipe, resume=True, report=told.append, clock=_minutes()
    )
    assert [p.step for p in told if p.gauge] == [15, 19], "it went on from the checkpoint at 10"
    weights = [(model / "model.safetensors").read_bytes() for model in (once, twice)]
    assert weights[0] == weights[1]
    cards = [(model / "README.md").read_text(encoding="utf-8") for model in (once, twice)]
    assert cards[0] == cards[1]


def _minutes(last: float = math.inf) -> Callable[[], float]:
    """A clock that is a minute further whenever it is asked, until it ends all."""
    ticks = itertools.count()

    def clock() -> float:
        minutes = next(ticks)
        if minutes > last:
            raise _KilledError
        return 60.0 * minutes

    return clock


def test_a_run_may_begin_with_a_trained_model(
    run: tuple[Path, list[Progress]], tmp_path: Path
) -> None:
    out, told = run
    assert told[-1].gauge is not None
    first: list[Progress] = []
    model = train_model(
        tmp_path / "next",
        recipe=replace(SMALL, minutes=1e-6),
        start=out / "model",
        report=first.append,
    )
    assert first[-1].gauge is not None and first[-1].step == 0
    assert first[-1].gauge.own == pytest.approx(told[-1].gauge.own, rel=0.02)
    tokenizers = [(folder / "tokenizer.json").read_bytes() for folder in (out / "model", model)]
    assert tokenizers[0] == tokenizers[1]
    assert "begun with the weights of: " in (model / "README.md").read_text(encoding="utf-8")


def test_a_model_of_other_sizes_or_none_is_refused_as_a_start(
    run: tuple[Path, list[Progress]], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"expected a trained model in .*, found none"):
        train_model(tmp_path / "a", recipe=SMALL, start=tmp_path)
    with pytest.raises(InputError, match=r"expected a model of 2 layers of 32 in .*, found other"):
        train_model(tmp_path / "b", recipe=replace(SMALL, layers=2), start=run[0] / "model")


def test_too_few_structures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several hundred are the least"):
        train_model(tmp_path, recipe=replace(SMALL, structures=2))


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a checkpoint"):
        train_model(tmp_path / "none", recipe=SMALL, resume=True)


def test_batches_hold_every_row_once_and_depend_on_seed_and_epoch_alone() -> None:
    rows = [make_row(1, number) for number in range(63)]
    tokenizer = train_tokenizer(row.description for row in rows)
    for piece in brick_pieces():
        assert len(tokenizer.encode(piece)) == 1
    examples = encode_rows(rows, tokenizer)
    first, again, other = (
        list(training_batches(examples, seed=4, epoch=epoch, budget=2000)) for epoch in (0, 0, 1)
    )
    assert sum(batch.targets.any(1).sum() for batch in first) == 63, "padding aside"
    assert all((a.tokens == b.tokens).all() for a, b in zip(first, again, strict=True))
    assert [batch.tokens.shape for batch in first] != [
        batch.tokens.shape for batch in other
    ] or any((a.tokens != b.tokens).any() for a, b in zip(first, other, strict=True))
    for batch in first:
        assert batch.tokens.size <= 2000 or len(batch.tokens) == 1
        lengths = batch.targets.sum(1)[batch.targets.any(1)]
        assert ((lengths - 1) % 4 == 0).all(), "four tokens a brick, and the end"
