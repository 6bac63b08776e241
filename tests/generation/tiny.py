"""A model of random weights that is made in a test and reads and writes like the real one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from legolab.generation.lexicon import CATEGORIES, Choice
from legolab.generation.models.embedded import EMBEDDED_FOLDER

HIDDEN, HEADS, KV_HEADS, LAYERS, FEED_FORWARD = 16, 4, 2, 2, 24


def write_tiny_model(folder: Path, seed: int = 0) -> Path:
    """Write a random model with the real tokenizer and one description per category."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = (EMBEDDED_FOLDER / "tokenizer.json").read_text(encoding="utf-8")
    vocabulary = 1 + max(json.loads(tokenizer)["model"]["vocab"].values())
    rng = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.3, size=shape).astype(np.float32)

    size = HIDDEN // HEADS
    tensors = {
        "model.embed_tokens.weight": matrix(vocabulary, HIDDEN),
        "model.norm.weight": 1 + matrix(HIDDEN),
    }
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        tensors |= {
            prefix + "input_layernorm.weight": 1 + matrix(HIDDEN),
            prefix + "post_attention_layernorm.weight": 1 + matrix(HIDDEN),
            prefix + "self_attn.q_proj.weight": matrix(HEADS * size, HIDDEN),
            prefix + "self_attn.k_proj.weight": matrix(KV_HEADS * size, HIDDEN),
            prefix + "self_attn.v_proj.weight": matrix(KV_HEADS * size, HIDDEN),
            prefix + "self_attn.o_proj.weight": matrix(HIDDEN, HEADS * size),
            prefix + "mlp.gate_proj.weight": matrix(FEED_FORWARD, HIDDEN),
            prefix + "mlp.up_proj.weight": matrix(FEED_FORWARD, HIDDEN),
            prefix + "mlp.down_proj.weight": matrix(HIDDEN, FEED_FORWARD),
        }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(_config(vocabulary)), encoding="utf-8")
    descriptions = {
        name: [[next(iter(f.words)) if isinstance(f, Choice) else 8 for f in category.fields]]
        for name, category in CATEGORIES.items()
    }
    (folder / "descriptions.json").write_text(json.dumps(descriptions), encoding="utf-8")
    return folder


def _config(vocabulary: int) -> dict[str, object]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocabulary,
        "hidden_size": HIDDEN,
        "intermediate_size": FEED_FORWARD,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
