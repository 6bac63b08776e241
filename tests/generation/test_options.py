"""What `stream` is given beside a caption: kept to in every brick, or refused in a sentence."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE
from legolab.bricks.connectivity import grounded
from legolab.bricks.inventory import Inventory, brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.errors import CaptionError, InputError, LegolabError
from legolab.generation import generator
from legolab.generation.generator import edit, generate, stream
from legolab.generation.lexicon import CATEGORIES, Detail
from legolab.generation.planning import in_frame
from legolab.generation.prompt import read_description
from legolab.generation.result import Generation, Started
from legolab.stability.report import Verdict

FEW = {"drafts": 1, "max_bricks": 12}
"""Options of a quick build."""

KINDS = [kind.name for kind in CATALOG]
STOCK = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(("", " red", " 14"))).map("".join),
    st.integers(1, 4),
    min_size=1,
    max_size=6,
)


def quick(caption: str, **options: object) -> Generation:
    return generate(caption, **{"seed": 1, **FEW, **options})  # type: ignore[arg-type]


def stack(height: int, size: tuple[int, int] = (2, 4)) -> BrickStructure:
    return BrickStructure([Brick(*size, 0, 20 - size[1], z) for z in range(height)])


def both(result: Generation) -> tuple[BrickStructure, tuple[int, ...]]:
    """Bricks and their colours."""
    return result.structure, result.structure.colors


def is_legal(structure: BrickStructure) -> bool:
    return BrickStructure(list(structure), structure.world, structure.colors) == structure


# fields


def test_fields_by_hand_count_for_more_than_the_caption() -> None:
    result = quick("a chair with a high back", fields={"back": "none", "width": 6})
    fields = read_description(result.description).fields
    assert (fields["back"], fields["width"]) == ("none", 6)
    assert quick("a chair", fields={"back": "none"}).description.startswith("chair, back none, ")


@pytest.mark.parametrize(
    "fields",
    [{"wings": 2}, {"back": "upright"}, {"back": ["low"]}, {"width": 0}, {"width": 21}],
    ids=str,
)
def test_fields_that_cannot_be_set_are_refused_before_a_brick(fields: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected"):
        next(stream("a chair", fields=fields))  # type: ignore[arg-type]


def test_details_follow_the_fields_set_by_hand_and_may_be_set_themselves() -> None:
    tall = read_description(quick("a tower").description).fields
    low = {"tiers": "one", "top": "flat", "width": 6, "depth": 6, "height": 10}
    short = read_description(quick("a tower", fields=low).description).fields
    assert int(tall["walls"]) > 10 and short["walls"] == 10, "no walls higher than the whole"
    by_hand = quick("a tower", fields={**low, "walls": 8}).description
    assert read_description(by_hand).fields["walls"] == 8


def test_the_ground_a_description_names_is_kept_and_an_impossible_one_is_passed_over() -> None:
    ground = {"west": 2, "east": 6, "south": 14, "north": 18}
    narrow = quick("a chair", fields={"width": 8, "depth": 8, **ground}).structure
    lowest = [brick for brick in narrow if brick.z == 0]
    assert lowest and all(b.x >= 2 and b.x + b.h <= 6 for b in lowest)
    assert all(b.y >= 14 and b.y + b.w <= 18 for b in lowest)
    assert len(quick("a chair", fields={"width": 8, **ground, "west": 9}).structure)


def test_a_room_of_one_stud_holds_one_brick() -> None:
    result = quick("a chair", fields={"width": 1, "depth": 1, "height": 1})
    assert [str(brick) for brick in result.structure] == ["1x1 (0,19,0)"]


# paint


@pytest.mark.parametrize("category", ["chair", "tower", "train", "mug"])
def test_paint_changes_no_brick(category: str) -> None:
    plain = quick(f"a {category}")
    painted = quick(f"a {category}", paint={"whole": "red", "stripes": 15})
    assert list(painted.structure) == list(plain.structure)
    assert all((color == 15) == (b.z % 2) for b, color in zip(*both(painted), strict=True))
    assert dict(painted.paint) == {"whole": 4, "stripes": 15}
    assert painted.report.structure == painted.structure


def test_paint_by_hand_counts_for_more_than_the_caption() -> None:
    result = quick("a red table with black legs", paint={"legs": "white"})
    assert dict(result.paint) == {"whole": 4, "legs": 15}


@pytest.mark.parametrize("paint", [{"wings": "red"}, {"legs": "loud"}, {"legs": -1}], ids=str)
def test_paint_that_cannot_be_is_refused_before_a_brick(paint: dict[str, str | int]) -> None:
    with pytest.raises(InputError, match="expected a"):
        next(stream("a chair", paint=paint))


# inventory


@settings(max_examples=15)
@given(st.sampled_from(sorted(CATEGORIES)), STOCK, st.integers(0, 99))
def test_an_inventory_is_never_exceeded(
    category: str, counts: Mapping[str, int], seed: int
) -> None:
    inventory = Inventory.of(counts)
    try:
        result = quick(f"a {category}", inventory=counts, seed=seed)
    except InputError:
        return  # not one of them fits
    used = brick_counts(result.structure)
    assert all(number <= inventory.counts.get(kind, 0) for kind, number in used.items())
    assert is_legal(result.structure)
    assert result.report.verdict is Verdict.STABLE
    by_color = Counter(
        (KIND_OF_SIZE[b.h, b.w].name, color) for b, color in zip(*both(result), strict=True)
    )
    for kind in used:
        any_color = inventory.stock.get((kind, None), 0)
        beyond = sum(
            max(0, number - inventory.stock.get((name, color), 0))
            for (name, color), number in by_color.items()
            if name == kind
        )
        assert beyond <= any_color


def test_too_few_bricks_are_built_with_and_the_rest_is_told() -> None:
    result = generate("a table", seed=1, drafts=1, inventory={"1x1": 4, "2x2": 2})
    assert 0 < len(result.structure) <= 6
    assert is_legal(result.structure)
    assert not result.trace.finished
    assert result.missing and all(number > 0 for number in result.missing.values())
    assert any(note.startswith("The inventory ") for note in result.notes)


def test_an_inventory_that_is_enough_is_not_told_of() -> None:
    plain = generate("a small table", seed=1, drafts=1)
    have = dict.fromkeys(KINDS, 400)
    result = generate("a small table", seed=1, drafts=1, inventory=have)
    assert list(result.structure) == list(plain.structure)
    assert not result.missing and result.notes == plain.notes


def test_parts_of_an_inventory_that_are_passed_over_are_told() -> None:
    stock = Inventory({("2x4", None): 9, ("1x1", None): 9}, passed_over=("9999", "3020"))
    notes = quick("a tower", inventory=stock).notes
    assert "2 parts of the inventory are no bricks I use: 9999, 3020." in notes


@pytest.mark.parametrize(
    "counts", [{}, {"2x4": 0}, {"3x3": 1}, {"2x4": -1}, {"2x4": True}, {"2x4": 1.0}], ids=str
)
def test_what_is_no_inventory_is_refused_before_a_brick(counts: dict[str, int]) -> None:
    with pytest.raises(InputError, match="expected"):
        next(stream("a chair", inventory=counts))


def test_an_inventory_of_which_nothing_fits_is_refused_by_its_name() -> None:
    with pytest.raises(InputError, match="inventory"):
        quick("a chair", fields={"width": 5, "depth": 5}, inventory={"1x8": 3})


# start


@pytest.mark.parametrize("category", ["chair", "tower", "bookshelf", "vessel"])
@pytest.mark.parametrize("count", [1, 9])
def test_the_bricks_it_starts_from_stay(category: str, count: int) -> None:
    first = list(generate(f"a {category}", seed=2, drafts=1).structure)[:count]
    begun = [brick for brick, held in zip(first, grounded(first), strict=True) if held]
    result = generate(
        f"a {category}", seed=5, drafts=1, max_bricks=count + 12, start=BrickStructure(begun)
    )
    given_bricks = in_frame(BrickStructure(begun))
    assert list(result.structure)[: len(given_bricks)] == given_bricks
    assert result.kept >= len(given_bricks)
    assert is_legal(result.structure)
    assert result.report.verdict is Verdict.STABLE


def test_a_start_that_is_all_there_can_be_is_what_comes_out() -> None:
    result = quick("a tower", start=stack(20))
    assert list(result.structure) == list(stack(20))
    assert result.kept == 20


def test_a_start_may_stand_anywhere_in_a_world_of_any_size() -> None:
    far = BrickStructure([Brick(2, 4, 90, 70, 30), Brick(2, 4, 90, 70, 31)], (100, 100, 100))
    result = quick("a tower", start=far)
    assert list(result.structure)[:2] == [Brick(2, 4, 0, 16, 0), Brick(2, 4, 0, 16, 1)]


def test_a_start_that_would_fall_is_trimmed_and_what_comes_out_stands() -> None:
    hanging = BrickStructure([Brick(2, 4, 0, 16, 0), Brick(2, 2, 8, 8, 5)])
    result = quick("a tower", start=hanging)
    assert result.report.verdict is Verdict.STABLE
    assert result.kept == 1


def test_a_start_that_is_larger_than_described_makes_room() -> None:
    result = quick("a small table", start=stack(14))
    assert int(read_description(result.description).fields["height"]) >= 14


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (BrickStructure([]), "at least one brick to go on from"),
        (
            BrickStructure([Brick(2, 4, 0, 0, 0), Brick(2, 4, 20, 0, 0)], (40, 40, 40)),
            "at most 20 studs and layers a side to go on from, got 22 by 4 by 1",
        ),
        (
            BrickStructure([Brick(2, 4, 0, 0, z) for z in range(21)], (40, 40, 40)),
            "got 2 by 4 by 21",
        ),
    ],
)
def test_a_start_that_cannot_be_gone_on_from_is_refused(
    start: BrickStructure, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        next(stream("a tower", start=start))


def test_an_inventory_without_what_is_there_already_is_refused() -> None:
    with pytest.raises(InputError, match="it lacks 1 × 2x4"):
        next(stream("a tower", start=stack(3), inventory={"2x4": 2, "1x1": 50}))


# change


def test_a_change_keeps_the_first_bricks_and_tells_how_many() -> None:
    chair = generate("a chair with a low back", seed=1, drafts=1)
    higher = edit(chair, "make the back higher", drafts=2)
    assert higher.kept > 0
    assert list(higher.structure)[: higher.kept] == in_frame(chair.structure)[: higher.kept]
    assert higher.notes[0].startswith("Changed: back from low to high")
    assert higher.notes[1] == (
        f"The first {higher.kept} of {len(chair.structure)} bricks are as they were."
    )
    assert read_description(higher.description).fields["back"] == "high"
    assert higher.report.verdict is Verdict.STABLE


def test_a_change_of_colours_changes_no_brick() -> None:
    table = generate("a small table", seed=1, drafts=1)
    blue = edit(table, "blue legs")
    assert list(blue.structure) == list(table.structure)
    assert blue.description == table.description
    assert dict(blue.paint) == {"legs": 1}
    again = edit(blue, "red top")
    assert list(again.structure) == list(table.structure)
    assert dict(again.paint) == {"legs": 1, "top": 4}


def test_a_change_changes_only_the_fields_it_tells() -> None:
    mug = generate("a mug with a handle", seed=1, drafts=1)
    plain = edit(mug, "remove the handle", drafts=1)
    before, after = (read_description(result.description).fields for result in (mug, plain))
    told = plain.notes[0].removeprefix("Changed: ").removesuffix(".").split(", ")
    details = [field.name for field in CATEGORIES["mug"].fields if isinstance(field, Detail)]
    assert [words.partition(" from ")[0] for words in told] == [
        name for name in before if before[name] != after[name] and name not in details
    ]
    assert after["handle"] == "none" and after["grip"] == 0


def test_the_same_change_with_the_same_seed_gives_the_same_bricks() -> None:
    table = generate("a small table", seed=1, drafts=1)
    one, other = (edit(table, "make it taller", drafts=2) for _ in range(2))
    assert one.structure == other.structure
    assert one.seed == table.seed


def test_a_change_without_anything_to_change_is_refused() -> None:
    with pytest.raises(InputError, match="got nothing to start from"):
        next(stream("a chair", change="make it red"))


@pytest.mark.parametrize("change", ["", " ", "make it dance", "x" * 1001, "\udcff", "🙂"])
def test_a_change_that_is_not_understood_is_refused_before_a_brick(change: str) -> None:
    with pytest.raises(CaptionError):
        next(stream("a tower", start=stack(3), change=change))


# captions


def test_what_cannot_be_had_is_told_in_the_result() -> None:
    notes = quick("a chair with no legs and four legs").notes
    assert 'I cannot build both "four legs" and "no legs"; I took "four legs".' in notes
    (note,) = quick("a tower with 90 tiers").notes
    assert "one, two, three or four tiers, not 90; I took four" in note


@pytest.mark.parametrize(
    "caption", ["", "椅子", "🪑", "a chair 2x4 (0,0,0)", "\udcff", "x" * 1001, "\0", "{}[]"]
)
def test_captions_nobody_can_read_are_refused_before_a_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch, caption: str
) -> None:
    monkeypatch.setattr(generator, "load_embedded", lambda *_: pytest.fail("loaded"))
    with pytest.raises(CaptionError):
        next(stream(caption))


@settings(max_examples=60)
@given(st.text(max_size=60) | st.from_regex(r"a [a-z]{3,8} with [a-z0-9 ,x()-]{0,30}"))
def test_any_text_is_a_caption_or_refused_with_a_reason(caption: str) -> None:
    with suppress(LegolabError):
        assert isinstance(next(stream(caption, seed=1)), Started)


@pytest.mark.parametrize("options", [{"seed": 1.5}, {"drafts": 2.5}, {"temperature": "hot"}])
def test_numbers_of_another_kind_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        quick("a chair", **options)
