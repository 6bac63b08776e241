"""What a model is worth, by measures that its own generation does not use.

Two sets of captions: `held-out`, written for shapes whose attributes a corpus of `corpus.py` never
puts together, where the truth is known; and `people`, a hundred wishes in people's words
(evaluation/people.csv), where what is asked of the shape is what the lexicon reads in them. For
each the structure is looked at by `recognition`, by the readers of `generation.features` and by the
measures of `evaluation.metrics`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from legolab.errors import CaptionError, InputError
from legolab.evaluation.captions import PEOPLE, read_captions
from legolab.evaluation.metrics import Measures, measure
from legolab.evaluation.progress import Progress
from legolab.generation.features import OTHER, Form, observe
from legolab.generation.generator import MAX_DRAFTS, generate
from legolab.generation.lexicon import CATEGORIES, Choice, Field, Measure, Value
from legolab.generation.prompt import Wish, read_description, understand
from legolab.generation.result import Generation
from legolab.training.captions import write_caption
from legolab.training.corpus import is_held_out, read_corpus
from legolab.training.recognition import Classifier, Gallery, Voxels, overlap, voxels_of
from legolab.training.shapes import Shape, draw
from legolab.training.shapes.canvas import Dice

Set = Literal["held-out", "people"]
SETS: tuple[Set, ...] = ("held-out", "people")

_CASES_SEED, _GALLERY_SEED, _CLASSIFIER_SEED = 770_001, 770_002, 770_003
"""Of shapes for captions, to compare with and to learn from; a corpus has small seeds."""

_GALLERY, _TAUGHT = 500, 1000  # shapes a category
_RESAMPLED = 1000


@dataclass(frozen=True)
class Case:
    """A caption, what it is of, and what it asks of the shape.

    Attributes:
        wishes: field -> what is asked of it; of people's words, what is read in them when the
            answer comes (None until then).
        truth: the shape that the caption was written for; None where there is none.
    """

    category: str
    caption: str
    wishes: Mapping[str, Wish] | None = None
    truth: Shape | None = None


@dataclass(frozen=True)
class Answer:
    """What came of a case with one seed.

    Attributes:
        case: what was asked.
        wishes: what was asked of the shape.
        measures: see `Measures`.
        category: that was understood; empty when the caption was refused.
        nearest, named: category of the nearest shape, and by the classifier.
        novelty: overlap with the nearest shape that was trained on or drawn, 0 to 1.
        held: field -> whether the wish is fulfilled, of the wishes that can be seen.
        by_chance: likewise, of the wishes of another case of the category.
        seconds, cpu_ms: it took, processor time for a brick that was proposed.
        voxels: of what was built; None where nothing was.
    """

    case: Case
    wishes: Mapping[str, Wish]
    measures: Measures
    category: str = ""
    nearest: str = ""
    named: str = ""
    novelty: float = 0.0
    held: Mapping[str, bool] | None = None
    by_chance: Mapping[str, bool] | None = None
    seconds: float = 0.0
    cpu_ms: float = 0.0
    voxels: Voxels | None = None


@dataclass(frozen=True)
class Mark:
    """One line of the table: a share (0 to 1) or a figure, with its 95% interval by bootstrap.

    Attributes:
        of: answers behind it.
        valid: the same over answers with a valid structure only; None where that is the same.
        is_share: whether it is a share.
    """

    name: str
    value: float
    low: float
    high: float
    of: int
    valid: float | None
    is_share: bool


def held_out_cases(count: int) -> list[Case]:
    """Captions for shapes of all categories in turn, with what they name of them."""
    cases = []
    names = tuple(CATEGORIES)
    for number in range(count):
        category = names[number % len(names)]
        rng = np.random.default_rng(np.random.SeedSequence([_CASES_SEED, number]))
        shape = None
        while shape is None or not is_held_out(category, shape.fields):
            shape = draw(category, rng)
        written = write_caption(category, shape.fields, Dice(rng))
        wishes = {
            name: _wish(CATEGORIES[category].field(name), shape.fields[name])
            for name in sorted(written.named)
        }
        cases.append(Case(category, written.text, wishes, shape))
    return cases


def people_cases(count: int | None = None) -> list[Case]:
    """The first so many of the hundred captions in people's words; all if None."""
    return [Case(caption.category, caption.text) for caption in read_captions(PEOPLE)[:count]]


def _wish(field: Field, value: Value) -> Wish:
    """What a caption that names a field of the shape asks: a measure within the span it is in."""
    if isinstance(field, Choice):
        return Wish(str(value))
    assert isinstance(field, Measure)
    span = next(s for s in field.spans if s.low <= int(value) <= s.high)
    return Wish(low=span.low, high=span.high)


class Examiner:
    """Looks at answers; knows the shapes to compare with, drawn once (seconds)."""

    def __init__(
        self, gallery: int = _GALLERY, taught: int = _TAUGHT, corpus: Path | None = None
    ) -> None:
        """Draw shapes of each category to compare with, and others to teach the classifier.

        Args:
            gallery, taught: so many of each category.
            corpus: what the model was trained on, to tell copies by; the drawn shapes if None. Its
                held-out rows were not learned, so none is copied.
        """
        self._gallery = self._trained = Gallery.drawn(_GALLERY_SEED, gallery)
        if corpus is not None:
            learned = (row for row in read_corpus(corpus) if not row.held_out)
            self._trained = Gallery.of_rows(learned)
        self._classifier = Classifier(Gallery.drawn(_CLASSIFIER_SEED, taught), _CLASSIFIER_SEED)

    def sit(
        self,
        cases: Sequence[Case],
        *,
        drafts: int = MAX_DRAFTS,
        blind: bool = False,
        seeds: int = 1,
        model: str = "embedded",
        tell: Callable[[Progress], None] = lambda _: None,
    ) -> Iterator[Answer]:
        """The answers to every case with seeds 0, 1, ..., case by case.

        Raises:
            ModelError, SolverError: as `generate` does.
        """
        began, refused, total = time.perf_counter(), 0, len(cases) * seeds
        generate("a chair", seed=0, model=model, drafts=1)  # what loads once is nobody's time
        for done in range(total):
            case, seed = cases[done // seeds], done % seeds
            seconds = time.perf_counter() - began
            tell(Progress(done, 0, total, seconds, case.caption, seed, refused=refused))
            start, cpu = time.perf_counter(), time.process_time()
            try:
                result = generate(case.caption, seed=seed, model=model, drafts=drafts, blind=blind)
            except CaptionError:
                refused += 1
                yield Answer(case, case.wishes or {}, Measures())
                continue
            took, used = time.perf_counter() - start, time.process_time() - cpu
            yield self._look(case, _another(cases, done // seeds), result, took, used)
        tell(Progress(total, 0, total, time.perf_counter() - began, refused=refused))

    def _look(
        self, case: Case, other: Case, result: Generation, seconds: float, cpu: float
    ) -> Answer:
        brief = read_description(result.description)
        is_right, form = brief.category == case.category, Form.of(result.structure)
        wishes, others = _wishes(case), _wishes(other)
        voxels = voxels_of(result.structure)
        nearest, novelty = self._gallery.nearest(voxels)
        if self._trained is not self._gallery:
            _, novelty = self._trained.nearest(voxels)
        return Answer(
            case=case,
            wishes=wishes,
            measures=measure(result),
            category=brief.category,
            nearest=nearest,
            named=self._classifier.name(voxels),
            novelty=novelty,
            held=_held(brief, form, wishes) if is_right else dict.fromkeys(wishes, False),
            by_chance=_held(brief, form, others) if is_right else dict.fromkeys(others, False),
            seconds=seconds,
            cpu_ms=1e3 * cpu / max(1, result.trace.proposals),
            voxels=voxels,
        )

    def ceiling(self, cases: Sequence[Case]) -> dict[str, float]:
        """What the true shapes of the cases would get, by mark; empty where there are none."""
        true = [(case, case.truth) for case in cases if case.truth is not None]
        if not true:
            return {}
        held = [
            fulfilled
            for case, shape in true
            for fulfilled in _held(shape, Form(shape.voxels), _wishes(case)).values()
        ]
        found = [self._gallery.nearest(shape.voxels)[0] == case.category for case, shape in true]
        named = [self._classifier.name(shape.voxels) == case.category for case, shape in true]
        shares = {_NEAREST: found, _NAMED: named} | ({_WISHES: held} if held else {})
        return {name: float(np.mean(right)) for name, right in shares.items()}


def _another(cases: Sequence[Case], index: int) -> Case:
    """The next case of the same category; itself when it is the only one."""
    turned = [*cases[index + 1 :], *cases[:index]]
    return next((case for case in turned if case.category == cases[index].category), cases[index])


def _wishes(case: Case) -> Mapping[str, Wish]:
    """What a case asks; of people's words, what is read in them."""
    if case.wishes is not None:
        return case.wishes
    try:
        understood = understand(case.caption)
    except CaptionError:
        return {}
    return understood.wishes if understood.category == case.category else {}


class _Described(Protocol):
    @property
    def category(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Value]: ...


def _held(described: _Described, form: Form, wishes: Mapping[str, Wish]) -> dict[str, bool]:
    """Which wishes a form fulfils, of those that can be seen where its description says."""
    seen = observe(described.category, form, described.fields)
    return {
        name: seen[name] != OTHER and wish.holds(seen[name])
        for name, wish in wishes.items()
        if name in seen
    }


def marks(answers: Sequence[Answer]) -> list[Mark]:
    """The table of a set of answers; at least one.

    Raises:
        InputError: there are no answers.
    """
    if not answers:
        raise InputError("expected at least one answer to mark, got none")
    rng = np.random.default_rng(0)
    table = []
    for name, is_share, of in _MARKS:
        each = [of(answer) for answer in answers]
        known = [value for value in each if value is not None]
        if not known:
            continue
        valid = [
            value
            for value, answer in zip(each, answers, strict=True)
            if value is not None and answer.measures.valid
        ]
        middle = _mean if is_share else _median
        value, low, high = _interval(known, middle, rng)
        table.append(
            Mark(name, value, low, high, len(known), middle(valid) if valid else None, is_share)
        )
    return table


def diversity(answers: Sequence[Answer]) -> float | None:
    """Mean overlap of what different seeds built of one caption; None with one seed."""
    by_case: dict[int, list[Voxels]] = {}  # two cases may have one caption
    for answer in answers:
        if answer.voxels is not None:
            by_case.setdefault(id(answer.case), []).append(answer.voxels)
    pairs = [
        overlap(one, other)
        for built in by_case.values()
        for n, one in enumerate(built)
        for other in built[n + 1 :]
    ]
    return float(np.mean(pairs)) if pairs else None


Parts = list[float]
"""What one answer adds to a mark: one number, or one for each wish."""


def _mean(known: Sequence[Parts]) -> float:
    return float(np.mean([part for parts in known for part in parts]))


def _median(known: Sequence[Parts]) -> float:
    return float(np.median([part for parts in known for part in parts]))


def _interval(
    known: Sequence[Parts], middle: Callable[[Sequence[Parts]], float], rng: np.random.Generator
) -> tuple[float, float, float]:
    """The figure, and where it lies in 95% of the times that the answers are drawn again."""
    drawn = [
        middle([known[i] for i in rng.integers(len(known), size=len(known))])
        for _ in range(_RESAMPLED)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return middle(known), float(low), float(high)


def _one(of: Callable[[Answer], float | None]) -> Callable[[Answer], Parts | None]:
    def part(answer: Answer) -> Parts | None:
        found = of(answer)
        return None if found is None else [float(found)]

    return part


def _each(of: Callable[[Answer], Mapping[str, bool] | None]) -> Callable[[Answer], Parts | None]:
    """One for each wish that can be seen; answers without any are left out."""

    def parts(answer: Answer) -> Parts | None:
        found = of(answer)
        return [float(held) for held in found.values()] if found else None

    return parts


def _even_refused(answer: Answer) -> Mapping[str, bool] | None:
    """A refused caption fulfils none of what it asks."""
    return dict.fromkeys(answer.wishes, False) if answer.held is None else answer.held


def _taken_out(measures: Measures) -> float | None:
    if measures.bricks is None or measures.trimmed is None:
        return None
    return measures.trimmed / (measures.bricks + measures.trimmed)


_NEAREST, _NAMED = "category, nearest shape", "category, classifier"
_WISHES = "wishes fulfilled"

_MARKS: tuple[tuple[str, bool, Callable[[Answer], Parts | None]], ...] = (
    ("understood", True, _one(lambda a: a.category == a.case.category)),
    ("valid", True, _one(lambda a: a.measures.valid)),
    ("reaches the ground", True, _one(lambda a: a.measures.grounded)),
    ("stands at first", True, _one(lambda a: a.measures.stable_first)),
    ("stands", True, _one(lambda a: a.measures.stable)),
    ("in one piece", True, _one(lambda a: a.measures.one_piece)),
    (_NEAREST, True, _one(lambda a: a.nearest == a.case.category)),
    (_NAMED, True, _one(lambda a: a.named == a.case.category)),
    (_WISHES, True, _each(_even_refused)),
    ("wishes of another fulfilled", True, _each(lambda a: a.by_chance)),
    ("copies a known shape", True, _one(lambda a: a.novelty == 1.0)),
    ("bricks taken out", True, _one(lambda a: _taken_out(a.measures))),
    ("overlap with the nearest", False, _one(lambda a: a.novelty if a.nearest else None)),
    ("rollbacks", False, _one(lambda a: a.measures.rollbacks)),
    ("drafts", False, _one(lambda a: a.measures.drafts)),
    ("bricks", False, _one(lambda a: a.measures.bricks)),
    ("seconds", False, _one(lambda a: a.seconds if a.nearest else None)),
    ("cpu ms a brick tried", False, _one(lambda a: a.cpu_ms if a.nearest else None)),
)


def to_json(answers: Sequence[Answer], ceiling: Mapping[str, float]) -> dict[str, object]:
    """The table, and every answer in a line."""
    return {
        "marks": [
            {
                "name": mark.name,
                "value": mark.value,
                "interval": [mark.low, mark.high],
                "of": mark.of,
                "valid": mark.valid,
            }
            for mark in marks(answers)
        ],
        "ceiling": dict(ceiling),
        "overlap_between_seeds": diversity(answers),
        "answers": [
            {
                "category": answer.case.category,
                "caption": answer.case.caption,
                "understood": answer.category,
                "nearest": answer.nearest,
                "named": answer.named,
                "held": dict(answer.held or {}),
                "bricks": answer.measures.bricks,
                "seconds": answer.seconds,
            }
            for answer in answers
        ],
    }


def cases_of(name: str, count: int | None) -> list[Case]:
    """The cases of a set: so many, or 210 held-out ones and all of people's.

    Raises:
        InputError: there is no such set, or the count is below 1.
    """
    if count is not None and count < 1:
        raise InputError(f"expected at least 1 caption, got {count}")
    if name == "held-out":
        return held_out_cases(count or 10 * len(CATEGORIES))
    if name == "people":
        return people_cases(count)
    raise InputError(f"expected a set of {', '.join(SETS)}, got {name!r}")
