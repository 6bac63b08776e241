"""The compiled pass reads as numpy does, and the same alone, together and ahead."""

from __future__ import annotations

import numpy as np
import pytest

from legolab.errors import ModelError
from legolab.generation.models import forward
from legolab.generation.models.embedded import EmbeddedModel
from legolab.generation.native import FOLDER
from legolab.stability.native.build import digest
from tests.needs import needs_forward

TEXT = (
    "<|begin|>chair, back high, slats none, legs four, thickness thin, arms none, seat 8, width 7, "
    "depth 8, height 19<|sep|>2x4 (0,16,0)\n1x2 (5,18,0)\n1x1 (0,12,1)\n"
)


@pytest.fixture(scope="module")
def model() -> EmbeddedModel:
    needs_forward()
    model = EmbeddedModel()
    assert model.forward is not None
    return model


def test_the_library_is_made_from_these_sources() -> None:
    needs_forward()
    assert forward.sources() == digest(FOLDER), "run python -m legolab.generation.native.build"


def test_it_reads_as_numpy_does(model: EmbeddedModel) -> None:
    plain = EmbeddedModel(compiled=False)
    assert plain.forward is None
    tokens = model.encode(TEXT)
    logits, wanted = model.session().logits(tokens, len(tokens)), plain.logits(tokens, len(tokens))
    assert np.abs(logits - wanted).max() < 1e-4
    assert np.abs(wanted).max() > 5


def test_one_by_one_and_together_are_the_same_bits(model: EmbeddedModel) -> None:
    tokens, rows = model.encode(TEXT), np.arange(20)
    single, several = model.session(), model.session()
    alone = [single.step([token], rows) for token in tokens]
    together = several.steps(tokens, [rows] * len(tokens))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
    for size in (2, 3, 5, 7, 16, 17):
        session, seen = model.session(), []
        for start in range(0, len(tokens), size):
            part = tokens[start : start + size]
            seen += session.steps(part, [rows] * len(part))
        assert all(np.array_equal(a, b) for a, b in zip(alone, seen, strict=True)), size


def test_texts_beside_each_other_do_not_mix(model: EmbeddedModel) -> None:
    tokens = model.encode(TEXT)
    assert model.forward is not None
    caches = [model.session()._cache for _ in range(3)]
    parts = [tokens[:9], tokens[3:30], tokens[5:6]]
    beside = model.forward.read(
        [(part, 0, cache) for part, cache in zip(parts, caches, strict=True)]
    )
    alone = [model.forward.read([(part, 0, model.session()._cache)]) for part in parts]
    assert np.array_equal(beside, np.concatenate(alone))


def test_a_token_the_model_lacks_is_an_error(model: EmbeddedModel) -> None:
    with pytest.raises(ModelError, match="a token or a place that it does not have"):
        model.session().step([10**6])


def test_weights_of_other_kinds_are_read_by_numpy(
    model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "_MOST", 16)
    assert EmbeddedModel().forward is None
    monkeypatch.undo()
    monkeypatch.setattr(forward, "_library", lambda: None)
    assert EmbeddedModel().forward is None
