"""What cannot be had beside a wish, or at all, is said, and what was taken instead."""

import pytest

from legolab.errors import CaptionError, InputError
from legolab.generation.lexicon import CATEGORIES, Choice
from legolab.generation.prompt import check_fields, understand
from legolab.generation.wishes import Wish, choices, counts, either, without


@pytest.mark.parametrize(
    ("caption", "name", "value", "note"),
    [
        (
            "a chair with no legs and four legs",
            "legs",
            "four",
            'I cannot build both "four legs" and "no legs"; I took "four legs".',
        ),
        (
            "a chair with a high back and no back",
            "back",
            "high",
            'I cannot build both "a high back" and "no back"; I took "a high back".',
        ),
        (
            "a mug with a handle and no handle",
            "handle",
            "none",
            'I cannot build both "no handle" and "a handle"; I took "no handle".',
        ),
        (
            "a table with four legs and a pedestal base",
            "legs",
            "four",
            'I cannot build both "four legs" and "a pedestal base"; I took "four legs".',
        ),
        (
            "a round square table",
            "top",
            "round",
            'I cannot build both "round" and "square"; I took "round".',
        ),
    ],
)
def test_of_wishes_that_contradict_one_is_taken_and_told(
    caption: str, name: str, value: str, note: str
) -> None:
    understood = understand(caption)
    assert understood.wishes[name] == Wish(value)
    assert understood.notes == (note,)


def test_of_two_sizes_one_is_taken_and_told() -> None:
    understood = understand("a table 10 wide and 12 wide")
    assert understood.wishes["width"] == Wish(low=10, high=10)
    assert understood.notes == ("I cannot build both 10 and 12 in width; I took 10.",)
    (note,) = understand("a tall low tower").notes
    assert note == 'I cannot build both "low" and "tall"; I took "low".'


@pytest.mark.parametrize(
    ("caption", "name", "value", "note"),
    [
        ("a tower with 90 tiers", "tiers", "four", "one, two, three or four tiers, not 90"),
        ("a tower with zero tiers", "tiers", "one", "one, two, three or four tiers, not zero"),
        ("a bed with three pillows", "pillows", "two", "one or two pillows, not three"),
        ("a bus with 8 wheels", "wheels", "six", "four or six wheels, not eight"),
        ("a train with 5 wagons", "carriages", "two", "one or two wagons, not five"),
        ("a bookshelf with one shelf", "shelves", "two", "two, three, four or five shelves"),
        ("a tower with " + "9" * 900 + " tiers", "tiers", "four", "not 999999999...;"),
    ],
)
def test_of_numbers_that_cannot_be_had_the_nearest_is_taken_and_told(
    caption: str, name: str, value: str, note: str
) -> None:
    understood = understand(caption)
    assert understood.wishes[name] == Wish(value)
    (said,) = understood.notes
    assert note in said and said.endswith(f"; I took {value}.")


@pytest.mark.parametrize(
    ("caption", "note"),
    [
        ("a chair with 3 legs", "I can build a chair with one or four legs, not three."),
        ("a piano with four legs", "I can build a piano with three legs, not four."),
        ("a chair without legs", "I cannot build a chair with no legs."),
        ("a table with no top", "I cannot build a table with no top."),
        ("a table 90 studs wide", "I can build from 1 to 20 studs or layers, not 90."),
        ("a table 0 studs wide", "I can build from 1 to 20 studs or layers, not 0."),
    ],
)
def test_what_cannot_be_had_at_all_is_told(caption: str, note: str) -> None:
    assert understand(caption).notes == (note,)


@pytest.mark.parametrize("size", ["1000000000", "-5"])
def test_sizes_beyond_all_measure_are_told_too(size: str) -> None:
    assert understand(f"a chair {size} studs wide").notes


@pytest.mark.parametrize(
    ("caption", "name", "value"),
    [
        ("a piano without a lid", "lid", "none"),
        ("a bowl with no foot", "foot", "none"),
        ("a sofa without feet", "feet", "none"),
        ("a bed without pillows", "pillows", "none"),
        ("a bed with zero pillows", "pillows", "none"),
        ("a bottle with no stopper", "cap", "none"),
        ("a boat without a sail", "kind", "open"),
        ("a tower without battlements", "top", "flat"),
    ],
)
def test_a_part_that_can_be_left_out_is(caption: str, name: str, value: str) -> None:
    understood = understand(caption)
    assert understood.wishes[name] == Wish(value)
    assert understood.notes == ()


@pytest.mark.parametrize(
    "caption",
    [
        "a bed with a low headboard, the headboard is plain",
        "a chair with four thick legs and a high back",
        "a train with carriages and open wagons",
        "a bookshelf with three shelves and two columns",
        "a stool with four legs",
        "a table for four with two legs",
        "a sofa with a red seat",
        "a table whose top is round",
    ],
)
def test_what_agrees_needs_no_note(caption: str) -> None:
    assert understand(caption).notes == ()


@pytest.mark.parametrize(
    "caption", ["a chair 2x4 (0,0,0)", "2X4(0, 0, 0)", "a chair\n1x1 (19,19,19)"]
)
def test_bricks_in_a_caption_are_refused_and_told_where_they_belong(caption: str) -> None:
    with pytest.raises(CaptionError, match=r"expected words, got the brick .*to start with"):
        understand(caption)


def test_a_plan_in_a_caption_is_no_brick() -> None:
    assert understand("a table 8x12 (for two)").wishes["width"] == Wish(low=8, high=8)


@pytest.mark.parametrize(
    "caption", ["椅子", "стул", "كرسي", "🪑", "ａ ｃｈａｉｒ", "a c̷h̷a̷i̷r̷", "..."]
)
def test_other_scripts_are_refused_with_what_is_known(caption: str) -> None:
    with pytest.raises(CaptionError, match="I know: basket"):
        understand(caption)


def test_a_picture_beside_words_is_passed_over() -> None:
    assert understand("a chair 🪑").category == "chair"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"wings": 2}, r"a field of a chair \(back, .*got 'wings'"),
        ({"back": "upright"}, "expected back high, low or none, got 'upright'"),
        ({"back": ["low"]}, r"expected back .*got \['low'\]"),
        ({"back": None}, "expected back"),
        ({"back": 2}, "expected back"),
        ({"seat": -1}, "expected seat from 0 to 20, got -1"),
        ({"width": 0}, "expected width from 1 to 20, got 0"),
        ({"width": 21}, "expected width from 1 to 20, got 21"),
        ({"width": 10**400}, "expected width from 1 to 20"),
        ({"width": "8"}, "got '8'"),
        ({"width": 8.0}, "got 8.0"),
        ({"width": float("nan")}, "got nan"),
        ({"width": True}, "got True"),
    ],
)
def test_fields_that_cannot_be_set_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_fields(fields, "chair")  # type: ignore[arg-type]


def test_every_value_of_every_choice_can_be_set() -> None:
    for name, category in CATEGORIES.items():
        for field in category.fields:
            for value in field.words if isinstance(field, Choice) else (1, 20):
                check_fields({field.name: value}, name)


def test_counts_are_choices_among_numbers() -> None:
    bed = {choice.name: choice for choice in choices(CATEGORIES["bed"])}
    assert counts(bed["pillows"]) == {0: "none", 1: "one", 2: "two"}
    assert counts(bed["headboard"]) == {}
    assert without(bed["headboard"], "headboard") == "none"
    assert without(bed["levels"], "levels") is None
    assert either(["low"]) == "low"
