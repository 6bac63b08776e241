"""The numpy model computes what transformers computes from the same files."""

from pathlib import Path

import numpy as np
import pytest

from legolab.errors import ModelError
from legolab.generation.models.embedded import EMBEDDED_FOLDER, EmbeddedModel
from tests.generation.tiny import write_tiny_model

TEXT = "<|begin|>chair, back high, slats none, legs four<|sep|>2x4 (3,5,0)\n1x1 (0,19,11)\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize("shipped", [False, True], ids=["grouped heads", "shipped"])
def test_logits_are_those_of_auto_model_for_causal_lm(tiny: Path, shipped: bool) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = EMBEDDED_FOLDER if shipped else tiny
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ours = EmbeddedModel(folder)
    tokens = ours.encode(TEXT)
    with torch.no_grad():
        expected = theirs(torch.tensor([tokens])).logits[0].numpy()
    ours.step(tokens[:5])
    for place in range(5, len(tokens)):
        logits = ours.step([tokens[place]])
        np.testing.assert_allclose(logits, expected[place], atol=2e-4, rtol=2e-4)
    ours.rewind(3)
    np.testing.assert_allclose(ours.step(tokens[3:]), expected[-1], atol=2e-4, rtol=2e-4)


def test_the_tokenizer_is_the_one_transformers_reads() -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)
    assert theirs(TEXT)["input_ids"] == EmbeddedModel(EMBEDDED_FOLDER).encode(TEXT)
    message = {"role": "user", "content": "Create a model.\n\n### Input:\na chair"}
    prompt = theirs.apply_chat_template([message], tokenize=False)
    assert prompt == "<|begin|>a chair<|sep|>"


def test_a_brick_is_four_tokens() -> None:
    model = EmbeddedModel(EMBEDDED_FOLDER)
    assert len(model.encode("2x4 (3,5,0)\n1x1 (0,19,11)\n")) == 8


def test_rows_choose_logits(tiny: Path) -> None:
    model = EmbeddedModel(tiny)
    whole = model.step(model.encode(TEXT))
    model.rewind(0)
    rows = np.array([7, 3, 300])
    np.testing.assert_allclose(model.step(model.encode(TEXT), rows), whole[rows], rtol=1e-5)


def test_sessions_do_not_share_their_texts(tiny: Path) -> None:
    model = EmbeddedModel(tiny)
    one, other = model.session(), model.session()
    one.step(model.encode(TEXT))
    assert other.length == 0
    np.testing.assert_array_equal(
        other.step(model.encode("<|begin|>bowl")),
        model.session().step(model.encode("<|begin|>bowl")),
    )


def test_a_text_longer_than_the_context_is_refused(tiny: Path) -> None:
    model = EmbeddedModel(tiny)
    with pytest.raises(ModelError, match="expected at most 256 tokens, got 257"):
        model.step([5] * 257)


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = write_tiny_model(tmp_path / "model")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        EmbeddedModel(folder)


@pytest.mark.parametrize("damaged", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_damaged_file_is_an_error_and_not_a_model(tmp_path: Path, damaged: str) -> None:
    folder = write_tiny_model(tmp_path / "model")
    content = (folder / damaged).read_bytes()
    (folder / damaged).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="cannot be read"):
        EmbeddedModel(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "{}"),
        ("config.json", "[]"),
        ("tokenizer.json", "{}"),
        ("descriptions.json", "{}"),
        ("descriptions.json", '{"chair": []}'),
        ("taught.npy", ""),
        ("taught.npy", "1, 2, 3"),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused(
    tmp_path: Path, name: str, content: str
) -> None:
    folder = write_tiny_model(tmp_path / "model")
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        EmbeddedModel(folder)


def test_a_config_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "model")
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(
        config.replace('"num_key_value_heads": 2', '"num_key_value_heads": 4'), encoding="utf-8"
    )
    with pytest.raises(ModelError, match=r"sizes in config\.json"):
        EmbeddedModel(folder)
