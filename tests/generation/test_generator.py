"""What comes out stands; how it came about is told; the same seed gives the same bricks."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from legolab.bricks import Brick, BrickStructure
from legolab.bricks.connectivity import count_parts, is_connected
from legolab.bricks.legolize import legolize
from legolab.errors import CaptionError, InputError, ModelError
from legolab.generation import drafting, generator, planning
from legolab.generation.drafting import Draft
from legolab.generation.features import Form
from legolab.generation.generator import generate, stream
from legolab.generation.grammar import Placement
from legolab.generation.lexicon import LEVELS
from legolab.generation.models.embedded import EmbeddedModel, load_embedded
from legolab.generation.prompt import Brief
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Started,
    Trimmed,
)
from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict
from tests.generation.fakes import FakeModel
from tests.generation.tiny import write_tiny_model

ANYWHERE = {"west": 0, "east": 20, "south": 0, "north": 20, **dict.fromkeys(LEVELS, 20)}
"""Of a lowest layer; and no layer differs from the one below."""

CAPTIONS = ["a chair with four legs and a high back", "a small table", "a tall tower"]


@pytest.fixture
def random_model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """A model that knows nothing: what it proposes hangs and falls as often as not."""
    model = FakeModel(sharpness=1.0, end=-6.0)
    model.descriptions = load_embedded().descriptions
    monkeypatch.setattr(generator, "load_embedded", lambda: model)
    return model


def replay(events: list[Event]) -> list[Brick]:
    """The bricks that somebody who only watches the events is left with."""
    bricks: list[Brick] = []
    for event in events:
        match event:
            case BrickPlaced(index, brick):
                assert index == len(bricks)
                bricks.append(brick)
            case RolledBack(kept) | Trimmed(kept):
                assert kept <= len(bricks)
                del bricks[kept:]
            case _:
                pass
    return bricks


@pytest.mark.parametrize("caption", CAPTIONS)
def test_what_comes_out_stands(caption: str) -> None:
    result = generate(caption, seed=1)
    assert result.report.verdict is Verdict.STABLE
    assert analyze(result.structure).verdict is Verdict.STABLE
    assert is_connected(result.structure)
    assert len(result.structure) > 5


@pytest.mark.parametrize("bricks", [6, 30])
@pytest.mark.parametrize("seed", range(6))
def test_even_a_model_that_knows_nothing_ends_in_something_that_stands(
    random_model: FakeModel, seed: int, bricks: int
) -> None:
    *events, last = stream("a chair", seed=seed, max_bricks=bricks, temperature=1.0)
    assert isinstance(last, Finished)
    assert last.result.report.verdict is Verdict.STABLE
    assert replay(events) == list(last.result.structure)
    assert is_connected(last.result.structure)


def test_what_misses_its_sizes_is_drawn_again_and_the_closest_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Drafts of a jar that is to be 8 wide: 2, 6, 4, 4 and 4 wide; the second is kept."""
    widths = iter((2, 6, 4, 4, 4))
    monkeypatch.setattr(planning, "complete", lambda *_: _brief(8, 2, 2))

    def growth(*_: object, **__: object) -> Draft:
        bricks = [Brick(2, 2, x, 18, 0) for x in range(0, next(widths), 2)]
        return _growth_that_says(
            [*bricks, *(Brick(2, 2, b.x + 1, 18, 1) for b in bricks[:-1])], brief=_brief(8, 2, 2)
        )

    monkeypatch.setattr(generator, "Draft", growth)
    *events, last = stream("a table", seed=1)
    assert isinstance(last, Finished)
    assert last.result.trace.drafts == 5
    assert [brick.x for brick in last.result.structure] == [0, 2, 4, 1, 3]
    assert replay(events) == list(last.result.structure)


def test_random_models_try_every_way_back(
    random_model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runs above are worth something only if taking back, cutting and trimming all occur."""
    monkeypatch.setattr(drafting, "MAX_ROLLBACKS", 1)
    traces = [
        generate("a chair", seed=seed, max_bricks=bricks, temperature=1.0, drafts=1).trace
        for seed in range(6)
        for bricks in (6, 30)
    ]
    for name in ("rejections", "regrounded", "pruned", "rollbacks", "trimmed"):
        assert sum(getattr(trace, name) for trace in traces) > 0, name


def test_what_is_asked_counts_more_than_what_was_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a mug too low with its handle and one of the right height without, the first is kept."""
    sizes = {"wall": 1, "grip": 1, "width": 9, "depth": 6, "height": 7}
    wanted = {"handle": "big", "shape": "square"} | sizes | ANYWHERE
    rows = iter([5, 7])

    def draft(*_: object, **__: object) -> Draft:
        height = next(rows)
        return _growth_that_says(_mug(height, handle=height == 5), brief=asked)

    asked = Brief("mug", wanted, frozenset({"handle"}))
    monkeypatch.setattr(planning, "complete", lambda *_: asked)
    monkeypatch.setattr(generator, "Draft", draft)
    *_, last = stream("a mug with a handle", seed=1, drafts=2)
    assert isinstance(last, Finished)
    assert [str(difference) for difference in last.result.differences] == ["height 5 instead of 7"]


def test_of_drafts_that_are_as_close_the_likelier_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three jars 6, 4 and 6 wide where 8 are wanted: of the two closest the second is likelier."""
    monkeypatch.setattr(planning, "complete", lambda *_: _brief(8, 2, 2))
    drafts = iter(((6, -2.0), (4, -0.1), (6, -0.5)))

    def growth(*_: object, **__: object) -> Draft:
        width, likelihood = next(drafts)
        bricks = [Brick(2, 2, x, 18, 0) for x in range(0, width, 2)]
        growth = _growth_that_says(
            [*bricks, *(Brick(2, 2, b.x + 1, 18, 1) for b in bricks[:-1])], brief=_brief(8, 2, 2)
        )
        growth._decoder.likelihood = likelihood
        return growth

    monkeypatch.setattr(generator, "Draft", growth)
    *_, last = stream("a table", seed=1, drafts=3)
    assert isinstance(last, Finished)
    assert len(last.result.structure) == 5
    assert last.result.trace.likelihood == pytest.approx(-0.5)


def test_a_blind_choice_draws_all_and_looks_only_at_likelihood_and_loose_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second is as described, the third is likelier, the first likeliest but in two pieces."""
    monkeypatch.setattr(planning, "complete", lambda *_: _brief(5, 2, 1))
    row = [Brick(2, 2, x, 18, 0) for x in (0, 3)]
    drafts = iter(((row, -0.1), ([Brick(4, 2, 0, 18, 0)], -0.9), ([Brick(2, 2, 0, 18, 0)], -0.5)))

    def growth(*_: object, **__: object) -> Draft:
        bricks, likelihood = next(drafts)
        growth = _growth_that_says(bricks, brief=_brief(5, 2, 1))
        growth._decoder.likelihood = likelihood
        growth.rejoined = len(drafting.REJOINED_LAYERS)  # pieces may stay
        return growth

    monkeypatch.setattr(generator, "Draft", growth)
    *_, last = stream("a table", seed=1, drafts=3, blind=True)
    assert isinstance(last, Finished)
    assert list(last.result.structure) == [Brick(2, 2, 0, 18, 0)]
    assert last.result.trace.drafts == 3


@pytest.mark.parametrize("blind", [True, False])
def test_of_equals_what_was_learned_by_heart_is_not_taken(
    blind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are as described; the one that was learned comes first and is likelier."""
    brief = _brief(4, 2, 2)
    monkeypatch.setattr(planning, "complete", lambda *_: brief)
    learned = [Brick(4, 2, 0, 18, 0), Brick(4, 2, 0, 18, 1)]
    new = [Brick(4, 2, 0, 18, 0), Brick(4, 1, 0, 18, 1)]
    drafts = iter(((learned, -0.1), (new, -0.5)))

    def growth(*_: object, **__: object) -> Draft:
        bricks, likelihood = next(drafts)
        growth = _growth_that_says(bricks, brief=brief)
        growth._decoder.likelihood = likelihood
        growth._model.taught = frozenset({Form.of(BrickStructure(learned)).digest()})
        return growth

    monkeypatch.setattr(generator, "Draft", growth)
    *_, last = stream("a table", seed=1, drafts=2, blind=blind)
    assert isinstance(last, Finished)
    assert list(last.result.structure) == new


def test_what_was_taken_back_is_not_counted_in_the_likelihood() -> None:
    result = generate("a chair", seed=3)
    assert -3 < result.trace.likelihood < 0


def _mug(height: int, handle: bool) -> BrickStructure:
    """A square mug six studs wide and deep, and three more of handle."""
    voxels = np.zeros((20, 20, 20), dtype=bool)
    voxels[:6, 14:, :height] = True
    voxels[1:5, 15:19, 2:height] = False
    if handle:
        voxels[6:9, 16:18, :height] = True
        voxels[6:8, 16:18, 1 : height - 1] = False
    return legolize(voxels)


def test_events_tell_the_whole_story() -> None:
    first, *events = stream("a chair", seed=3)
    assert isinstance(first, Started)
    assert first.seed == 3 and first.description.startswith("chair, back ")
    last = events.pop()
    assert isinstance(last, Finished)
    assert replay(events) == list(last.result.structure)


def test_the_same_seed_gives_the_same_bricks_in_another_process() -> None:
    script = (
        "import legolab, sys; "
        "sys.stdout.write(legolab.generate('a small table', seed=11).structure.to_text())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert other.stdout == generate("a small table", seed=11).structure.to_text()


def test_generations_do_not_disturb_each_other() -> None:
    one, other = stream("a bench", seed=5), stream("a mug", seed=6)
    mixed: list[Generation] = []
    while len(mixed) < 2:
        for events in (one, other):
            event = next(events, None)
            if isinstance(event, Finished):
                mixed.append(event.result)
    alone = {seed: generate(caption, seed=seed) for caption, seed in (("a bench", 5), ("a mug", 6))}
    for result in mixed:
        assert result.structure == alone[result.seed].structure


def test_without_a_seed_one_is_drawn_and_reported() -> None:
    result = generate("a small table")
    assert generate("a small table", seed=result.seed).structure == result.structure


def test_the_largest_number_of_bricks_is_kept_and_told() -> None:
    result = generate("a bookshelf with five shelves", seed=2, max_bricks=10)
    assert len(result.structure) <= 10
    assert not result.trace.finished
    assert result.report.verdict is Verdict.STABLE


def test_trimming_keeps_the_largest_part_that_stands_and_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no rollbacks allowed, an arm that leans too far loses its load, not what came later."""
    arm = [Brick(2, 2, 0, 0, 0), *(Brick(8, 1, 7 * n, 0, n + 1) for n in range(2))]
    load = [Brick(2, 6, 12, 0, z) for z in range(3, 12)]
    bricks = BrickStructure([*arm, *load])
    assert analyze(bricks).verdict is Verdict.UNSTABLE
    monkeypatch.setattr(drafting, "MAX_ROLLBACKS", 0)
    growth = _growth_that_says(bricks)
    events = list(growth.events())
    assert growth.report.verdict is Verdict.STABLE
    kept = len(growth.structure)
    assert growth.trimmed == len(bricks) - kept > 0
    assert any(isinstance(event, Trimmed) for event in events)
    assert replay(events) == list(growth.structure)
    assert set(growth.structure) < set(bricks)


def test_without_a_solver_nothing_is_rolled_back_and_nothing_is_claimed() -> None:
    result = generate("a small table", seed=3, backend="unverified")
    assert result.report.verdict is Verdict.UNVERIFIED
    assert result.trace.rollbacks == result.trace.trimmed == 0
    with pytest.raises(InputError, match="expected one of the backends"):
        generate("a small table", seed=3, backend="abacus")


def _brief(width: int, depth: int, height: int) -> Brief:
    """A square jar without a lid."""
    fields = {"lid": "none", "shape": "square", "body": 1, "shoulder": 1}
    sizes = {"width": width, "depth": depth, "height": height}
    return Brief("jar", fields | sizes | ANYWHERE, frozenset())


def _growth_that_says(
    bricks: Iterable[Brick], max_bricks: int = 200, brief: Brief | None = None, **options: Any
) -> Draft:
    """A growth whose model has just these bricks to say, whatever was there before."""
    model = load_embedded().session()
    rng = np.random.default_rng(0)
    growth = Draft(model, brief or _brief(20, 20, 20), rng, 0.6, max_bricks, **options)
    left = iter(bricks)

    def next_brick(*_: object) -> Placement | None:
        brick = next(left, None)
        return None if brick is None else Placement.of(brick)

    growth._decoder.next_brick = next_brick  # type: ignore[method-assign]
    return growth


def test_what_ends_in_pieces_is_taken_up_again_below_its_top() -> None:
    """Two pillars four layers tall: the layer that should have joined them is asked for again."""
    pillars = [Brick(1, 1, x, 19, z) for z in range(4) for x in (5, 0)]
    joined = [Brick(6, 1, 0, 19, 2), Brick(6, 1, 0, 19, 3)]
    growth = _growth_that_says([*pillars, *joined], brief=_brief(6, 1, 4))
    events = list(growth.events())
    assert list(growth.structure) == [*pillars[:4], *joined]
    assert [e.kept for e in events if isinstance(e, RolledBack)] == [4]
    assert growth.rejoined == 1
    assert replay(events) == list(growth.structure)


def test_parts_side_by_side_are_tied_and_the_rest_stays_as_it_was_drawn() -> None:
    wall = [Brick(2, 4, 0, 16, z) for z in range(3)]
    chip = [Brick(1, 4, 2, 16, z) for z in range(3)]
    drawn = [brick for pair in zip(chip, wall, strict=True) for brick in pair]
    growth = _growth_that_says(drawn, brief=_brief(3, 4, 3))
    events = list(growth.events())
    structure = list(growth.structure)
    assert structure[-4:] == drawn[2:] and structure[:-4] != drawn[:2]
    assert count_parts(structure) == 1
    assert [e.kept for e in events if isinstance(e, RolledBack)] == [0]
    assert replay(events) == structure
    assert growth.rejoined == 0 and growth.damage() == 0
    assert growth.likelihood == pytest.approx(growth._decoder.likelihood)


def test_a_part_that_would_float_is_tied_before_any_of_it_is_taken_back() -> None:
    """What hangs beside a wall over two layers, and is not reached by the next."""
    wall = [Brick(2, 4, 0, 16, z) for z in range(5)]
    beside = [Brick(1, 4, 2, 16, z) for z in (1, 2)]
    drawn = [*wall[:2], beside[0], wall[2], beside[1], wall[3], wall[4]]
    growth = _growth_that_says([*drawn, wall[4]], brief=_brief(3, 4, 5))
    events = list(growth.events())
    structure = list(growth.structure)
    assert growth.regrounded == 0 and count_parts(structure) == 1
    assert structure[:1] == wall[:1] and structure[-2:] == wall[3:]
    assert sum(brick.h * brick.w for brick in structure) == sum(b.h * b.w for b in drawn)
    assert replay(events) == structure


def test_given_bricks_are_not_laid_otherwise() -> None:
    posts = [Brick(2, 2, x, 18, z) for z in range(3) for x in (2, 0)]
    growth = _growth_that_says(posts[2:], brief=_brief(4, 2, 3), given=posts[:2])
    list(growth.events())
    assert list(growth.structure) == [*posts[:2], Brick(4, 2, 0, 18, 1), *posts[4:]]


def test_parts_are_not_tied_with_bricks_there_are_none_of() -> None:
    posts = [Brick(2, 2, x, 18, z) for z in range(3) for x in (2, 0)]
    growth = _growth_that_says(posts, brief=_brief(4, 2, 3), stock={"2x2": 6})
    growth.rejoined = len(drafting.REJOINED_LAYERS)  # pieces may stay
    list(growth.events())
    assert list(growth.structure) == posts


def test_what_was_left_open_is_drawn_anew_for_every_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five descriptions the third is kept, whose draft is closest."""
    drawn: list[tuple[str, float]] = []
    briefs = iter([_brief(9, 9, 1), _brief(5, 2, 1), _brief(3, 2, 1), _brief(7, 2, 1)])

    def growth(*arguments: object, **_: object) -> Draft:
        brief, warmth = arguments[1], float(arguments[3])  # type: ignore[arg-type]
        assert isinstance(brief, Brief)
        drawn.append((brief.text, warmth))
        return _growth_that_says([Brick(2, 2, 0, 18, 0)], brief=brief)

    monkeypatch.setattr(planning, "complete", lambda *_: next(briefs))
    monkeypatch.setattr(generator, "Draft", growth)
    *events, last = stream("a table", seed=1, drafts=4)
    assert isinstance(last, Finished)
    told = [e.description for e in events if isinstance(e, RolledBack)]
    assert told == [text for text, _ in drawn[1:]] + [drawn[2][0]]
    assert [warmth for _, warmth in drawn] == [0.3] * 4
    assert len({text for text, _ in drawn}) == 4
    assert last.result.description == drawn[2][0]
    assert "width 2 instead of 3" in map(str, last.result.differences)


@pytest.mark.parametrize(("tried", "drafts"), [(1000, 2), (400, 2), (300, 3), (100, 5)])
def test_after_many_bricks_no_further_draft_is_begun(
    tried: int, drafts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one always is."""

    def growth(*_: object, **__: object) -> Draft:
        draft = _growth_that_says([Brick(2, 2, 0, 18, 0)], brief=_brief(9, 2, 1))
        draft.counts.proposals = tried
        return draft

    monkeypatch.setattr(generator, "Draft", growth)
    *_, last = stream("a table", seed=1)
    assert isinstance(last, Finished)
    assert last.result.trace.drafts == drafts


def test_each_draft_is_bolder_than_the_one_before_where_nothing_is_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warmth: list[float] = []

    def growth(*arguments: object, **_: object) -> Draft:
        warmth.append(float(arguments[3]))  # type: ignore[arg-type]
        return _growth_that_says([Brick(1, 1, 0, 19, 0)], brief=_brief(9, 9, 1))

    monkeypatch.setattr(planning, "complete", lambda *_: _brief(9, 9, 1))
    monkeypatch.setattr(generator, "Draft", growth)
    list(stream("a table", seed=1, temperature=0.3))
    assert warmth == pytest.approx([0.3, 0.48, 0.768, 1.0, 1.0])
    warmth.clear()
    list(stream("a table", seed=1, temperature=1.5))
    assert warmth == [1.5] * 5


def test_a_trace_is_a_document() -> None:
    document = json.loads(json.dumps(generate("a small table", seed=1).trace.to_json()))
    assert document["schema"] == "legolab.trace/1"
    assert document["model"] == "embedded" and len(document["weights"]) == 12
    assert set(document["seconds"]) == {"load", "decode", "verify"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "expected a seed from 0"),
        ({"seed": 2**32}, "expected a seed from 0"),
        ({"temperature": 0.0}, "expected a temperature above 0"),
        ({"temperature": float("nan")}, "expected a temperature above 0"),
        ({"max_bricks": 0}, "expected at least 1 brick"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        generate("a chair", **options)  # type: ignore[arg-type]


def test_a_model_of_ones_own_is_named_by_its_folder(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "mine")
    result = generate("a chair", seed=1, max_bricks=3, model=str(folder))
    assert result.trace.weights == EmbeddedModel(folder).digest != load_embedded().digest
    with pytest.raises(ModelError, match=r"but config\.json is missing"):
        generate("a chair", model=str(tmp_path / "nothing"))


def test_a_brick_that_hangs_at_the_end_is_cut_and_not_tried_for_ever() -> None:
    """The model insists on a hanging brick as the last one that is allowed."""
    said = [Brick(2, 2, 0, 0, 0), Brick(2, 2, 0, 0, 1), Brick(1, 1, 9, 9, 1)]
    growth = _growth_that_says(said * 50, max_bricks=3)
    list(growth.events())
    assert list(growth.structure) == said[:2]
    assert (growth.pruned, growth.finished) == (1, False)


def test_an_unknown_subject_is_refused_before_any_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generator, "load_embedded", lambda: pytest.fail("loaded"))
    with pytest.raises(CaptionError):
        generate("a dog")
