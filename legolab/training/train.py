"""Train the embedded model on a corpus of its own making, on a laptop's cores.

Needs the extra `train` (torch, transformers); nothing else in the package does.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legolab.errors import InputError
from legolab.training.batches import Batch, Example, Tokens, encode_rows, training_batches
from legolab.training.corpus import Row, make_corpus, read_corpus
from legolab.training.samples import Samples, sample
from legolab.training.tokenizer import load_tokenizer, train_tokenizer

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

_CONTEXT = 2048
_WARM_UP = 60
_FLOOR = 0.05  # the learning rate ends at this share
_MUON_RATE, _ADAM_RATE = 0.02, 3e-3
_WARM_RATE = 0.25  # of these, for weights that are trained already
_CHECKPOINT_SECONDS = 300.0
_LOSSES = 20  # steps over which the loss is told
_VALIDATION_ROWS = 420
_TOKENIZER_ROWS = 10_000


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training run does; sizes in tokens, minutes of wall time."""

    structures: int = 63_000
    seed: int = 1
    minutes: float = 60.0
    hidden: int = 256
    layers: int = 6
    heads: int = 4
    feed_forward: int = 688
    batch_tokens: int = 6144
    samples: int = 21  # shapes it never saw that it builds at every checkpoint
    descriptions: int = 300  # of each subject, to complete captions from


@dataclass(frozen=True)
class Gauge:
    """Nats per brick on unseen shapes, by what the model was told of them."""

    own: float  # the shape's own description
    bare: float  # its category alone
    other: float  # the description of another shape of the category


@dataclass(frozen=True)
class Progress:
    """Where a run stands; `gauge` and `samples` only where they were just measured."""

    stage: str
    done: float  # 0 to 1
    step: int = 0
    loss: float = math.nan  # nats per brick, mean of the last steps
    tokens: int = 0
    tokens_per_second: float = 0.0
    minutes: float = 0.0
    gauge: Gauge | None = None
    samples: Samples | None = None


@dataclass
class _State:
    """What a checkpoint keeps beside weights and optimizers."""

    step: int = 0
    epoch: int = 0
    batch: int = 0  # next batch of the epoch
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)  # nats per brick of the last steps
    begun_with: str = ""  # what the trained model that the run began with says of its training
    history: list[dict[str, Any]] = field(default_factory=list)


def train_model(
    out: Path,
    *,
    recipe: Recipe | None = None,
    resume: bool = False,
    start: Path | None = None,
    processes: int = 1,
    report: Callable[[Progress], None] = lambda progress: None,
    clock: Callable[[], float] = time.monotonic,
) -> Path:
    """Make the corpus (unless `out` holds this one), train, and export to `out/model`.

    Args:
        out: folder for corpus, checkpoint and model; made when missing.
        recipe: sizes, seed and time.
        resume: go on from the checkpoint in `out`.
        start: folder of a trained model to begin with: its weights and its tokenizer.
        processes: how many make the corpus; the bytes are the same for any number.
        report: called now and then with where the run stands.
        clock: seconds; the learning rate follows it. Where it goes on by as much every time it is
            asked, a run that was killed and resumed ends with the weights of one that was not.

    Returns:
        The folder of the exported model; it holds the last checkpoint's while the run lasts.

    Raises:
        InputError: there is nothing to resume or to start from, a run is already there and
            `resume` is off, or the trained model has other sizes than the recipe.
        ImportError: torch or transformers is missing.
    """
    recipe = recipe or Recipe()
    checkpoint = _checkpoint(out, resume, start)
    # Spinning threads are worth a factor of three on a shared machine; set before torch loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    import torch

    from legolab.training.export import export_model, new_descriptions, taught_shapes

    out.mkdir(parents=True, exist_ok=True)
    rows = _corpus(out, recipe, processes, report)
    tokenizer = (
        load_tokenizer(start)
        if start is not None
        else train_tokenizer(
            text for row in rows[:_TOKENIZER_ROWS] for text in (row.description, *row.captions)
        )
    )
    report(Progress("tokens", 0.0))
    seen, unseen = _examples(rows, tokenizer)
    torch.manual_seed(recipe.seed)
    run = _Run(recipe, len(tokenizer), checkpoint)
    if start is not None:
        run.start_from(start)
    if resume:
        run.load()
    to_build = [row for row in rows if row.held_out][: recipe.samples]
    report(Progress("descriptions", 0.0))
    descriptions = new_descriptions({row.description for row in rows}, recipe.descriptions)

    taught = taught_shapes(rows)

    write = partial(
        export_model, out / "model", run.model, tokenizer, rows, recipe, descriptions, taught
    )

    def export() -> Path:
        return write(run.state.history, run.state.begun_with)

    def build() -> Samples | None:
        return sample(export(), to_build) if to_build else None

    run.train(seen, unseen[:_VALIDATION_ROWS], build, report, clock)
    return export()


def _checkpoint(out: Path, resume: bool, start: Path | None) -> Path:
    """Where the checkpoint is, or will be; checks that the run can begin."""
    checkpoint = out / "checkpoint.safetensors"
    if resume and not checkpoint.exists():
        raise InputError(f"expected a checkpoint to resume in {out}, found none")
    if checkpoint.exists() and not resume:
        raise InputError(f"{out} already holds a run: resume it, or choose another folder")
    if start is not None and not (start / "model.safetensors").exists():
        raise InputError(f"expected a trained model in {start}, found none")
    return checkpoint


def _examples(
    rows: list[Row], tokenizer: PreTrainedTokenizerFast
) -> tuple[list[Example], list[Example]]:
    """What is trained on, and what is held out to test with."""
    examples = encode_rows(rows, tokenizer)
    seen = [e for e, row in zip(examples, rows, strict=True) if not row.held_out]
    unseen = [e for e, row in zip(examples, rows, strict=True) if row.held_out]
    if not seen or not unseen:
        raise InputError(
            f"expected structures enough to train on and to test with, got {len(rows)}: "
            "several hundred are the least"
        )
    return seen, unseen


def _corpus(
    out: Path, recipe: Recipe, processes: int, report: Callable[[Progress], None]
) -> list[Row]:
    path = out / f"corpus-{recipe.structures}-seed{recipe.seed}.jsonl"
    if not path.exists():
        for number in make_corpus(path, recipe.structures, recipe.seed, processes):
            report(Progress("corpus", number / recipe.structures))
    return list(read_corpus(path))


def build_model(recipe: Recipe, vocabulary: int) -> LlamaForCausalLM:
    """A small Llama with tied embeddings."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=recipe.hidden,
            intermediate_size=recipe.feed_forward,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads,
            max_position_embeddings=_CONTEXT,
            tie_word_embeddings=True,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            attn_implementation="sdpa",
        )
    )


class _Run:
    """One training run: model, optimizers, place in the data."""

    def __init__(self, recipe: Recipe, vocabulary: int, checkpoint: Path) -> None:
        import torch

        self.recipe = recipe
        self.checkpoint = checkpoint
        self.state = _State()
        self.model = build_model(recipe, vocabulary)
        matrices: list[torch.nn.Parameter] = []
        others: list[torch.nn.Parameter] = []
        for name, parameter in self.model.named_parameters():
            inner = parameter.ndim == 2 and "embed" not in name and "lm_head" not in name
            (matrices if inner else others).append(parameter)
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=_MUON_RATE, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(
                others, lr=_ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=True
            ),
        ]
        self.rates = [_MUON_RATE, _ADAM_RATE]

    def train(
        self,
        seen: list[Example],
        unseen: list[Example],
        build: Callable[[], Samples | None],
        report: Callable[[Progress], None],
        clock: Callable[[], float],
    ) -> None:
        """Train until the recipe's minutes are used up."""
        state = self.state
        started, saved = clock() - state.seconds, state.seconds
        for batch in self._batches(seen):
            state.seconds = clock() - started
            done = state.seconds / (self.recipe.minutes * 60)
            if done >= 1:
                break
            state.losses = [*state.losses, self._step(batch, done)][-_LOSSES:]
            state.step += 1
            state.tokens += batch.tokens.size
            if state.step % _LOSSES == 0:
                report(self._progress(done))
            if state.seconds - saved >= _CHECKPOINT_SECONDS:
                saved = state.seconds
                measured = self._measured(done, unseen, build)
                self.save()
                report(measured)
        measured = self._measured(1.0, unseen, build)
        self.save()
        report(measured)

    def _batches(self, seen: list[Example]) -> Iterator[Batch]:
        state = self.state
        while True:
            batches = training_batches(
                seen, self.recipe.seed, state.epoch, self.recipe.batch_tokens
            )
            for number, batch in enumerate(batches):
                if number >= state.batch:
                    state.batch = number + 1
                    yield batch
            state.epoch, state.batch = state.epoch + 1, 0

    def _step(self, batch: Batch, done: float) -> float:
        """One optimizer step; returns nats per brick."""
        import torch

        warm = min(1.0, (self.state.step + 1) / _WARM_UP)
        cosine = 0.5 * (1 + math.cos(math.pi * done))
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * warm * (_FLOOR + (1 - _FLOOR) * cosine)
        with _autocast():
            loss = token_losses(self.model, batch).sum() / float(batch.targets.sum())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.model.zero_grad(set_to_none=True)
        return float(loss.item()) * TOKENS_PER_BRICK

    def _progress(self, done: float) -> Progress:
        state = self.state
        return Progress(
            "training",
            done,
            step=state.step,
            loss=sum(state.losses) / max(1, len(state.losses)),
            tokens=state.tokens,
            tokens_per_second=state.tokens / max(state.seconds, 1e-9),
            minutes=state.seconds / 60,
        )

    def _measured(
        self,
        done: float,
        unseen: list[Example],
        build: Callable[[], Samples | None],
    ) -> Progress:
        gauge = measure(self.model, unseen)
        measured = replace(self._progress(done), gauge=gauge, samples=build())
        self.state.history.append(asdict(measured))
        return measured

    def start_from(self, folder: Path) -> None:
        """Begin with the weights of a trained model, and train them more gently."""
        import torch
        from safetensors.torch import load_file

        from legolab.training.export import training_line

        weights = load_file(folder / "model.safetensors")
        sizes = {name: tuple(p.shape) for name, p in self.model.named_parameters()}
        found = {name: tuple(t.shape) for name, t in weights.items()}
        if any(found.get(name) != size for name, size in sizes.items()):
            raise InputError(
                f"expected a model of {self.recipe.layers} layers of "
                f"{self.recipe.hidden} in {folder}, found other sizes"
            )
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                parameter.copy_(weights[name])
        self.rates = [rate * _WARM_RATE for rate in self.rates]
        self.state.begun_with = training_line(folder)

    def save(self) -> None:
        """Write the checkpoint; the old one stays until the new one is complete."""
        from safetensors.torch import save_file

        tensors = {
            f"model.{name}": parameter.detach() for name, parameter in self.model.named_parameters()
        }
        for number, optimizer in enumerate(self.optimizers):
            for index, kept in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{number}.{index}.{name}": t for name, t in kept.items()}
        fresh = self.checkpoint.with_name(self.checkpoint.name + ".partial")
        save_file(tensors, fresh, metadata={"state": json.dumps(asdict(self.state))})
        fresh.replace(self.checkpoint)

    def load(self) -> None:
        """Go on where the checkpoint stopped."""
        import torch
        from safetensors import safe_open

        with safe_open(self.checkpoint, framework="pt") as file:
            self.state = _State(**json.loads(file.metadata()["state"]))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                parameter.copy_(tensors[f"model.{name}"])
        for number, optimizer in enumerate(self.optimizers):
            kept: dict[int, dict[str, torch.Tensor]] = {}
            for name, tensor in tensors.items():
                kind, *rest = name.split(".")
                if kind == "optimizer" and int(rest[0]) == number:
                    kept.setdefault(int(rest[1]), {})[rest[2]] = tensor
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": kept, "param_groups": groups})


def _autocast() -> torch.autocast:
    """Products in bfloat16 where the processor has them; elsewhere that is three times slower."""
    import torch

    has_them = bool(torch.cpu._is_avx512_bf16_supported())
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_them)


TOKENS_PER_BRICK = 4


def token_losses(model: LlamaForCausalLM, batch: Batch) -> torch.Tensor:
    """Cross-entropy of every token of the batch, nats, float32 [rows, length - 1]; 0 off bricks.

    All positions are computed: shapes that change from batch to batch cost more than they save.
    """
    import torch
    from torch.nn import functional

    tokens = torch.from_numpy(batch.tokens)
    hidden = model.model(input_ids=tokens).last_hidden_state
    logits = functional.linear(hidden, model.lm_head.weight)[:, :-1].float()
    wanted = torch.from_numpy(batch.targets)[:, 1:]
    targets = torch.where(wanted, tokens[:, 1:], -100)
    return functional.cross_entropy(logits.transpose(1, 2), targets, reduction="none")


def measure(model: LlamaForCausalLM, examples: list[Example]) -> Gauge:
    """Nats per brick on examples: with their own description, the category, another's description.

    Another's description is that of the next example of the same category.
    """
    by_category: dict[str, list[Example]] = {}
    for example in examples:
        by_category.setdefault(example.category, []).append(example)
    own: list[tuple[Tokens, Tokens]] = []
    bare: list[tuple[Tokens, Tokens]] = []
    other: list[tuple[Tokens, Tokens]] = []
    for group in by_category.values():
        for example, following in zip(group, group[1:] + group[:1], strict=True):
            own.append((example.description, example.bricks))
            bare.append((example.bare, example.bricks))
            other.append((following.description, example.bricks))
    return Gauge(*(_nats_per_brick(model, pairs) for pairs in (own, bare, other)))


def _nats_per_brick(model: LlamaForCausalLM, pairs: list[tuple[Tokens, Tokens]]) -> float:
    import torch

    pairs = sorted(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))
    nats, bricks = 0.0, 0
    model.eval()
    with torch.no_grad(), _autocast():
        for start in range(0, len(pairs), 16):
            batch = Batch.of(pairs[start : start + 16])
            nats += float(token_losses(model, batch).sum().item())
            bricks += sum(
                len(tokens) // TOKENS_PER_BRICK for _, tokens in pairs[start : start + 16]
            )
    model.train()
    return nats / bricks if bricks else math.nan
