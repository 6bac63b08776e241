"""Captions are understood as a person would mean them, or refused with what is known instead."""

import numpy as np
import pytest

from legolab.errors import CaptionError, InputError
from legolab.generation.lexicon import ALIASES, CATEGORIES, Choice
from legolab.generation.prompt import (
    Understanding,
    Wish,
    complete,
    describe,
    read_description,
    understand,
)


@pytest.mark.parametrize(
    ("caption", "category", "wishes"),
    [
        ("a chair with four legs and a high back", "chair", {"legs": "four", "back": "high"}),
        ("Bookshelf with three horizontal tiers.", "bookshelf", {"shelves": "three"}),
        ("a bookcase with 4 shelves", "bookshelf", {"shelves": "four"}),
        ("A red double-decker bus", "bus", {"decks": "two"}),
        ("an armless chair", "chair", {"arms": "none"}),
        ("a chair with no arms and thick legs", "chair", {"arms": "none", "thickness": "thick"}),
        ("a chair without armrests", "chair", {"arms": "none"}),
        ("A STOOL", "chair", {"back": "none"}),
        ("a chair with a high, straight back", "chair", {"back": "high"}),
        ("a chair with a high seat", "chair", {"seat": None}),
        ("a bunk bed", "bed", {"levels": "two"}),
        ("a chair with a high straight back", "chair", {"back": "high"}),
        ("a table with a bowl on it", "table", {}),
        ("a round table", "table", {"top": "round"}),
        ("a model of a chair", "chair", {}),
        ("four legs, a chair", "chair", {"legs": "four"}),
        ("An elongated, rectangular vessel", "vessel", {"width": None}),
        ("a sofa, a long seat, slim arms", "sofa", {"width": None, "arms": "thin"}),
        ("a table with 4 long legs", "table", {"legs": "four", "height": None}),
        (
            "a bed with no footboard, a headboard",
            "bed",
            {"levels": "one", "footboard": "none", "headboard": "tall"},
        ),
        ("a chair without armrests or a high back", "chair", {"arms": "none"}),
        ("a not very tall tower", "tower", {}),
        ("a set of shelves", "bookshelf", {}),
        ("garden benches", "bench", {"back": "yes"}),
        ("a high-backed chair with arms", "chair", {"back": "high", "arms": "two"}),
        ("a table and four chairs", "table", {}),
        ("a yacht", "vessel", {"kind": "sail"}),
    ],
)
def test_words_become_wishes(caption: str, category: str, wishes: dict[str, str]) -> None:
    understood = understand(caption)
    assert understood.category == category
    assert {name: wish.value for name, wish in understood.wishes.items()} == wishes


@pytest.mark.parametrize(
    ("caption", "name", "low", "high"),
    [
        ("a tall tower", "height", 17, 20),
        ("a table 12 studs wide", "width", 12, 12),
        ("a car 15 long", "width", 15, 15),
        ("a bed 14 studs long", "depth", 14, 14),
        ("a 12-stud-wide table", "width", 12, 12),
        ("a table 8 by 12", "depth", 12, 12),
        ("a bus 15 long and 5 wide", "depth", 5, 5),
        ("a tower twenty studs high", "height", 20, 20),
        ("a coffee table", "height", 1, 6),
    ],
)
def test_sizes_become_ranges(caption: str, name: str, low: int, high: int) -> None:
    assert understand(caption).wishes[name] == Wish(low=low, high=high)


@pytest.mark.parametrize(
    ("caption", "category"),
    [
        ("a table for my piano", "table"),
        ("a jar beside a bottle", "jar"),
        ("a boat carrying three cars", "vessel"),
        ("I would like a sofa", "sofa"),
        ("something like a bowl", "bowl"),
        ("I'm looking for a bench", "bench"),
        ("I don't want a table, I want a bed", "bed"),
        ("no bottle, a jar please", "jar"),
        ("a basket rather than a pot", "basket"),
        ("I don't want arms on my bench", "bench"),
        ("please no lid on the pot", "pot"),
        ("a house for birds", "birdhouse"),
        ("teacup and saucer", "mug"),
    ],
)
def test_the_subject_is_what_is_asked_for(caption: str, category: str) -> None:
    """Not what it stands beside, is for, or is not to be."""
    assert understand(caption).category == category


@pytest.mark.parametrize(
    ("caption", "wishes"),
    [
        ("a bed w/o headboard", {"headboard": "none"}),
        ("a bench lacking a back", {"back": "none"}),
        ("a chair with neither a back nor arms", {"back": "none", "arms": "none"}),
        ("a mug without any handle", {"handle": "none"}),
        ("a bed without headboard and footboard", {"headboard": "none", "footboard": "none"}),
        ("a bed without a headboard and a footboard", {"headboard": "none", "footboard": "yes"}),
        ("a pot without lid, handles or feet", {"lid": "none", "handles": "none"}),
        ("a lidless pot", {"lid": "none"}),
        ("I don't want arms on my sofa", {"arms": "none"}),
    ],
)
def test_what_is_not_to_be_there_is_left_out(caption: str, wishes: dict[str, str]) -> None:
    found = {name: wish.value for name, wish in understand(caption).wishes.items()}
    assert {name: found.get(name) for name in wishes} == wishes


@pytest.mark.parametrize(
    ("caption", "wishes"),
    [
        ("a low-backed sofa", {"back": "low"}),
        ("a flat-roofed birdhouse", {"roof": "flat"}),
        ("a two-tiered tower", {"tiers": "two"}),
        ("a mug whose handle is small", {"handle": "small"}),
        ("a bottle, the neck is short", {"neck": "short"}),
        ("a piano with its lid closed", {"lid": "closed"}),
        ("a camera with a huge lens", {"lens": "long"}),
        ("a sofa with narrow arms", {"arms": "thin"}),
        ("a basket with a thin handle", {"handle": "yes"}),
        ("a table with four thin legs", {"legs": "four", "thickness": "thin"}),
        ("a train with two open wagons", {"carriages": "two", "cargo": "open"}),
        ("a table that is round", {"top": "round"}),
        ("a stool with a back", {"back": "high"}),
        ("a table with a couple of legs", {"legs": "panels"}),
        ("a chair about as high as its back", {}),
    ],
)
def test_parts_are_told_in_many_ways(caption: str, wishes: dict[str, str]) -> None:
    found = {name: wish.value for name, wish in understand(caption).wishes.items()}
    assert {name: found.get(name) for name in wishes} == wishes


def test_two_things_said_of_one_part_count_both() -> None:
    wishes = understand("a chair with long, thin legs").wishes
    assert wishes == {"seat": Wish(low=7, high=12), "thickness": Wish("thin")}
    wishes = understand("a chair, tall, thin legs").wishes
    assert wishes == {"height": Wish(low=15, high=20), "thickness": Wish("thin")}


def test_a_third_figure_is_the_height() -> None:
    wishes = understand("a 12x10x8 table").wishes
    assert [wishes[name].low for name in ("width", "depth", "height")] == [12, 10, 8]


def test_an_alias_is_said_aloud() -> None:
    understood = understand("a motorbike")
    assert understood.category == "car"
    assert understood.notes == ("I took motorbike to mean car.",)


@pytest.mark.parametrize(
    ("caption", "note"),
    [
        ("a chair 120 studs wide", "I can build from 1 to 20 studs or layers, not 120."),
        ("a table lamp", 'I read "table lamp" as table.'),
        ("a five-legged table", "I can build a table with one, two or four legs, not five."),
        ("a bus with green windows", "I cannot paint the windows of a bus."),
        ("a table and four chairs", "I build one thing at a time: the table, not the chair."),
    ],
)
def test_what_is_passed_over_is_said(caption: str, note: str) -> None:
    assert note in understand(caption).notes


@pytest.mark.parametrize(
    ("caption", "category", "note"),
    [
        ("a small tabel", "table", "I read tabel as table."),
        ("a chiar with a high back", "chair", "I read chiar as chair."),
        ("bookshlf", "bookshelf", "I read bookshlf as bookshelf."),
        ("a bed with a haedboard", "bed", "I read haedboard as headboard."),
    ],
)
def test_a_slip_of_the_pen_is_put_right_and_said(caption: str, category: str, note: str) -> None:
    understood = understand(caption)
    assert understood.category == category and understood.notes == (note,)


@pytest.mark.parametrize(
    "caption",
    ["a chain", "a muse", "a towel", "a bolt", "a benign thing", "a xqztable", "a tbl", "a xhair"],
)
def test_other_words_are_not_taken_for_slips(caption: str) -> None:
    with pytest.raises(CaptionError):
        understand(caption)


@pytest.mark.parametrize(
    ("caption", "category"),
    [
        ("my cat sits around all day so make her a sofa", "sofa"),
        ("we drove home and my brother now wants you to build a boat", "vessel"),
        ("Could you design a lamp table?", "table"),
        ("I need a mug", "mug"),
    ],
)
def test_what_is_asked_for_comes_after_the_request(caption: str, category: str) -> None:
    assert understand(caption).category == category


@pytest.mark.parametrize(
    ("caption", "wishes"),
    [
        ("a tower, tall, with a pointed roof", {"height": 20, "top": "pointed"}),
        ("a bowl, really wide and shallow", {"width": 20, "height": 1}),
        ("Make me a bus! It is long.", {"width": 20}),
        ("a chair with legs thick and short", {}),
    ],
)
def test_an_adjective_by_itself_speaks_of_the_whole(
    caption: str, wishes: dict[str, int | str]
) -> None:
    understood = understand(caption).wishes
    assert {"width", "height"}.intersection(understood) == {"width", "height"}.intersection(wishes)
    for name, value in wishes.items():
        assert understood[name].holds(value)


@pytest.mark.parametrize(
    ("caption", "field"),
    [("a bowl 5 deep", "height"), ("a basket 5 deep", "wall"), ("a table 8 deep", "depth")],
)
def test_deep_is_what_people_mean_by_it(caption: str, field: str) -> None:
    assert set(understand(caption).wishes) == {field}


def test_what_is_understood_needs_no_note() -> None:
    captions = (
        *("a sofa with a long seat", "a table 12 studs wide", "garden benches"),
        *("a bowl for my dog", "a bench please", "a table where we eat"),
    )
    for caption in captions:
        assert understand(caption).notes == ()


def test_every_noun_leads_to_its_own_category() -> None:
    for category in CATEGORIES.values():
        for noun in category.nouns:
            assert understand(f"a {noun}").category == category.name, noun
    for alias, (name, _) in ALIASES.items():
        assert understand(f"a {alias}").category == name, alias


def test_every_phrase_is_read_as_what_it_says() -> None:
    for category in CATEGORIES.values():
        for field in category.fields:
            for value in field.words if isinstance(field, Choice) else range(1, 21):
                for phrase in field.phrases(value):
                    caption = (
                        f"a {phrase[1:]} {category.name}"
                        if phrase.startswith("^")
                        else f"a {category.name} with {phrase}"
                    )
                    wish = understand(caption).wishes.get(field.name)
                    assert wish is not None and wish.holds(value), (caption, wish)


def test_a_refusal_shows_no_control_characters() -> None:
    with pytest.raises(CaptionError, match=r'"a dog with \[31mred legs"'):
        understand("a dog\nwith \x1b[31mred legs")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(CaptionError, match="UTF-8"):
        understand("a chair \udcff")


@pytest.mark.parametrize("caption", ["", "   ", "\n\t"])
def test_an_empty_caption_is_refused_with_an_example(caption: str) -> None:
    with pytest.raises(CaptionError, match="expected a caption such as"):
        understand(caption)


def test_a_long_caption_is_refused_with_its_length() -> None:
    assert understand("chair " * 166).category == "chair"
    with pytest.raises(CaptionError, match=r"at most 1,000 characters, got 1,002"):
        understand("chair " * 167)


def test_an_unknown_subject_is_refused_with_what_is_known_and_what_is_near() -> None:
    with pytest.raises(CaptionError, match=r'"a dog".*nearest I know to dog is.*I know: .*chair'):
        understand("a dog")
    for caption in ("xqzzt", "a dog on a chair", "a dog with a high back"):
        with pytest.raises(CaptionError, match=r"I know: .*chair"):
            understand(caption)


def test_descriptions_fulfil_the_wishes_and_take_the_rest_from_one_known() -> None:
    known = [
        ["none", "round", 3, 10, 10, 6, 0, 10, 10, 20, 2, 3, 6, 6, 6, 6],
        ["yes", "square", 4, 12, 8, 9, 0, 12, 12, 20, 2, 4, 7, 9, 9, 9],
        ["yes", "round", 3, 14, 14, 8, 0, 14, 6, 20, 2, 3, 6, 8, 8, 8],
    ]
    wishes = {"handle": Wish("yes"), "width": Wish(low=13, high=20)}
    brief = complete(Understanding("basket", wishes, ()), known, np.random.default_rng(0))
    assert list(brief.fields.values()) == known[2]
    assert brief.asked == {"handle", "width"}


def test_wishes_nobody_fulfils_are_written_in() -> None:
    known = [["none", "round", 3, 10, 10, 6, 0, 10, 10, 20, 2, 3, 6, 6, 6, 6]]
    wishes = {"handle": Wish("yes"), "width": Wish(low=13, high=20)}
    understood = Understanding("basket", wishes, ())
    assert complete(understood, known, np.random.default_rng(0)).text.startswith(
        "basket, handle yes, shape round, wall 3, width 13, depth 10, height 6, "
    )


def test_a_size_gives_way_before_a_choice() -> None:
    known = [
        ["none", "round", 3, 16, 16, 12, 0, 16, 4, 20, 2, 3, 12, 12, 12, 12],
        ["yes", "round", 3, 10, 10, 6, 0, 10, 10, 20, 2, 4, 6, 6, 6, 6],
    ]
    wishes = {"handle": Wish("yes"), "width": Wish(low=13, high=20), "height": Wish(low=9, high=20)}
    fields = complete(Understanding("basket", wishes, ()), known, np.random.default_rng(0)).fields
    assert fields["second"] == 4, "it is cut as what has a handle"
    assert (fields["handle"], fields["width"], fields["height"]) == ("yes", 13, 9)


def test_what_is_left_open_is_mostly_what_people_picture() -> None:
    known = [["four" if n % 2 else "solid"] for n in range(20)]
    rest = ["thin", "none", 4, 6, 6, 14, 0, 6, 14, 20, 4, 5, 14, 14, 14, 14]
    known = [["high", "none", legs, *rest] for (legs,) in known]
    understood = Understanding("chair", {}, ())
    legs = [
        complete(understood, known, np.random.default_rng(seed)).fields["legs"]
        for seed in range(200)
    ]
    assert 0.85 < legs.count("four") / 200 < 1, "seldom otherwise, but not never"
    asked = Understanding("chair", {"legs": Wish("solid")}, ())
    assert complete(asked, known, np.random.default_rng(0)).fields["legs"] == "solid"


def test_what_is_left_open_is_mostly_of_a_usual_size() -> None:
    widths = range(4, 13)
    rest = [6, 14, 0, 6, 14, 20, 4, 5, 14, 14, 14, 14]
    known = [["high", "none", "four", "thin", "none", 4, width, *rest] for width in widths]
    drawn = [
        int(
            complete(Understanding("chair", {}, ()), known, np.random.default_rng(n)).fields[
                "width"
            ]
        )
        for n in range(200)
    ]
    assert np.mean(np.abs(np.subtract(drawn, 8))) < np.mean(np.abs(np.subtract(widths, 8))) - 0.5
    assert len(set(drawn)) > 5, "not always of the same"


def test_what_is_typical_are_choices_of_the_category() -> None:
    for category in CATEGORIES.values():
        for name, value in category.typical.items():
            field = category.field(name)
            assert isinstance(field, Choice) and value in field.words


def test_a_description_is_read_as_it_was_written() -> None:
    rng = np.random.default_rng(3)
    for name, category in CATEGORIES.items():
        fields = {
            field.name: str(rng.choice(list(field.words)))
            if isinstance(field, Choice)
            else int(rng.integers(1, 21))
            for field in category.fields
        }
        brief = read_description(describe(name, fields))
        assert (brief.category, brief.fields) == (name, fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "guitar",
        "zebra, body boxy, head wide, neck 7, width 8, depth 2, height 16",
        "guitar, body boxy, head wide, neck 7, width 8, depth 2",
        "guitar, body boxy, head wide, neck 7, depth 2, width 8, height 16",
        "guitar, body oblong, head wide, neck 7, width 8, depth 2, height 16",
        "guitar, body boxy, head wide, neck 7, width ten, depth 2, height 16",
    ],
)
def test_other_texts_are_no_descriptions(text: str) -> None:
    levels = "first 1, second 6, third 9, fourth 16, fifth 16, sixth 16"
    for end in ("", f", west 0, east 8, south 18, north 20, {levels}"):
        with pytest.raises(InputError, match="expected"):
            read_description(text + end)


def test_what_no_known_description_fulfils_is_made_to_fit() -> None:
    """A high back is six layers and more over the seat: the seat gives way to the height asked."""
    rows = [["high", seat, seat + rise] for seat in (3, 5, 8) for rise in (8, 9, 11)]
    rows += [["low", seat, seat + rise] for seat in (3, 5, 8) for rise in (4, 5, 6)]
    rest = {"slats": "none", "legs": "four", "thickness": "thin", "arms": "none"}
    known = [
        [back, *rest.values(), seat, 7, 7, height, 0, 7, 13, 20, *[height] * 6]
        for back, seat, height in rows
    ]
    wishes = {"back": Wish("high"), "seat": Wish(low=7, high=12), "height": Wish(low=1, high=15)}
    brief = complete(Understanding("chair", wishes, ()), known, np.random.default_rng(0))
    seat, height = int(brief.fields["seat"]), int(brief.fields["height"])
    assert brief.fields["back"] == "high"
    assert 8 <= height - seat <= 11
