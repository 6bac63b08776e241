"""A change in words changes what it speaks of, as a person would mean it, and fits the rest."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.errors import CaptionError
from legolab.generation.coloring import paint_in_words
from legolab.generation.edits import Change, change
from legolab.generation.fitting import fitted, with_details
from legolab.generation.lexicon import CATEGORIES, LEVELS, Category, Choice, Detail, Value
from legolab.generation.models.embedded import load_embedded
from legolab.generation.prompt import Brief, describe, read_description

CHAIR = (
    "chair, back low, slats none, legs four, thickness thin, arms none, "
    "seat 5, width 7, depth 7, height 11"
)
THRONE = (
    "chair, back high, slats none, legs four, thickness thick, arms two, "
    "seat 4, width 8, depth 8, height 14"
)
TABLE = (
    "table, top long, legs four, thickness thin, shelf none, inset 1, slab 2, "
    "width 12, depth 8, height 8"
)
SOFA = "sofa, back high, arms thick, feet yes, corner none, seat 3, width 15, depth 8, height 9"
BED = (
    "bed, levels one, headboard tall, footboard none, legs four, pillows one, "
    "mattress 4, width 9, depth 15, height 11"
)
BENCH = "bench, back yes, legs four, arms none, seat 3, leg 1, inset 1, width 14, depth 5, height 9"
SHELF = "bookshelf, shelves three, back closed, divider none, plinth 0, width 9, depth 4, height 14"
PIANO = "piano, kind grand, lid open, keys 4, reach 0, case 2, width 11, depth 12, height 11"
CAR = "car, body pickup, wheels small, spoiler none, bonnet 3, cab 5, width 14, depth 6, height 7"
BUS = (
    "bus, decks two, windows yes, wheels four, front 2, rear 11, lower 5, "
    "width 15, depth 5, height 13"
)
TRAIN = (
    "train, carriages one, chimney yes, cargo open, engine 8, boiler 5, cab 2, wagon 8, "
    "width 17, depth 5, height 9"
)
SHIP = "vessel, kind cargo, cabin middle, bow pointed, hull 3, width 16, depth 6, height 9"
BOAT = "vessel, kind sail, cabin none, bow pointed, hull 3, width 14, depth 6, height 14"
GUITAR = "guitar, body round, head wide, neck 7, width 9, depth 2, height 16"
TOWER = (
    "tower, tiers two, top battlements, shape square, tier 7, walls 15, width 8, depth 8, height 16"
)
FLAT_TOWER = (
    "tower, tiers one, top flat, shape square, tier 19, walls 19, width 8, depth 8, height 20"
)
BIRDHOUSE = (
    "birdhouse, roof pitched, hole yes, pole none, perch yes, wall 5, post 0, "
    "width 8, depth 8, height 10"
)
CAMERA = (
    "camera, lens short, viewfinder none, tripod none, case 8, reach 2, glass 4, "
    "width 12, depth 7, height 8"
)
BASKET = "basket, handle yes, shape round, wall 4, width 11, depth 11, height 9"
BOTTLE = (
    "bottle, neck short, shape round, cap none, body 7, shoulder 9, width 6, depth 6, height 12"
)
BOWL = "bowl, foot none, shape round, base 2, steps 1, rim 3, width 11, depth 11, height 6"
JAR = "jar, lid none, shape round, body 6, shoulder 7, width 8, depth 8, height 9"
MUG = "mug, handle big, shape round, wall 1, grip 1, width 11, depth 8, height 8"
POT = "pot, kind cooking, handles two, lid none, waist 7, width 12, depth 8, height 8"


def known(category: str) -> list[list[Value]]:
    """The descriptions that the shipped model completes captions from."""
    return load_embedded().descriptions[category]


def described(text: str) -> Brief:
    """A description, of what stands on all of the ground below it, and changes where it fits."""
    sizes = dict(part.split() for part in text.split(", ")[-3:])
    footprint = f"west 0, east {sizes['width']}, south {20 - int(sizes['depth'])}, north 20"
    levels = ", ".join(f"{name} {sizes['height']}" for name in LEVELS)
    brief = read_description(f"{text}, {footprint}, {levels}")
    said = frozenset(brief.fields) - {*LEVELS}
    category = CATEGORIES[brief.category]
    fields = with_details(brief.fields, said, category, known(brief.category))
    return replace(brief, fields=fields)


def changed(words: str, description: str) -> Change:
    brief = described(description)
    return change(words, brief, known(brief.category))


@pytest.mark.parametrize(
    ("words", "description", "wanted"),
    [
        ("make the back higher", CHAIR, {"back": "high"}),
        ("raise the back", CHAIR, {"back": "high"}),
        ("the back should be higher", CHAIR, {"back": "high"}),
        ("remove the back", CHAIR, {"back": "none"}),
        ("get rid of the back", CHAIR, {"back": "none"}),
        ("change the back to none", CHAIR, {"back": "none"}),
        ("without a back", CHAIR, {"back": "none"}),
        ("turn it into a stool", CHAIR, {"back": "none"}),
        ("make it a throne", CHAIR, {"back": "high", "arms": "two"}),
        ("turn the chair into an armchair", CHAIR, {"arms": "two"}),
        ("add armrests", CHAIR, {"arms": "two"}),
        ("it needs arms", CHAIR, {"arms": "two"}),
        ("no armrests", THRONE, {"arms": "none"}),
        ("remove the arms and the back", THRONE, {"arms": "none", "back": "none"}),
        ("thicker legs", CHAIR, {"thickness": "thick"}),
        ("legs thick", CHAIR, {"thickness": "thick"}),
        ("give it a pedestal", CHAIR, {"legs": "pedestal"}),
        ("swap the legs for a pedestal", CHAIR, {"legs": "pedestal"}),
        ("higher back, thicker legs", CHAIR, {"back": "high", "thickness": "thick"}),
        ("width 5", CHAIR, {"width": 5}),
        ("change the width to 6", CHAIR, {"width": 6}),
        ("make it 8 studs wide", CHAIR, {"width": 8}),
        ("make it round", TABLE, {"top": "round"}),
        ("add a shelf", TABLE, {"shelf": "yes"}),
        ("add a lower shelf", TABLE, {"shelf": "yes"}),
        ("with a pedestal instead", TABLE, {"legs": "pedestal"}),
        ("10 by 10", TABLE, {"width": 10, "depth": 10}),
        ("remove the feet", SOFA, {"feet": "none"}),
        ("make the arms thin", SOFA, {"arms": "thin"}),
        ("L-shaped", SOFA, {"corner": "yes"}),
        ("turn it into a corner sofa", SOFA, {"corner": "yes"}),
        ("add a second level", BED, {"levels": "two"}),
        ("make it a bunk bed", BED, {"levels": "two"}),
        ("one more pillow", BED, {"pillows": "two"}),
        ("remove a pillow", BED, {"pillows": "none"}),
        ("lower headboard", BED, {"headboard": "low"}),
        ("no back", BENCH, {"back": "none"}),
        ("panel legs", BENCH, {"legs": "panels"}),
        ("four shelves", SHELF, {"shelves": "four"}),
        ("more shelves", SHELF, {"shelves": "four"}),
        ("fewer shelves", SHELF, {"shelves": "two"}),
        ("two more shelves", SHELF, {"shelves": "five"}),
        ("add a fourth shelf", SHELF, {"shelves": "four"}),
        ("remove a shelf", SHELF, {"shelves": "two"}),
        ("too many shelves", SHELF, {"shelves": "two"}),
        ("open back", SHELF, {"back": "open"}),
        ("remove the back panel", SHELF, {"back": "open"}),
        ("close the lid", PIANO, {"lid": "closed"}),
        ("upright please", PIANO, {"kind": "upright"}),
        ("bigger wheels", CAR, {"wheels": "large"}),
        ("make it a van", CAR, {"body": "van"}),
        ("add a spoiler", CAR, {"spoiler": "yes"}),
        ("six wheels", BUS, {"wheels": "six"}),
        ("remove the upper deck", BUS, {"decks": "one"}),
        ("no windows", BUS, {"windows": "none"}),
        ("with two carriages instead", TRAIN, {"carriages": "two"}),
        ("add a carriage", TRAIN, {"carriages": "two"}),
        ("one more wagon", TRAIN, {"carriages": "two"}),
        ("make it a locomotive", TRAIN, {"carriages": "none"}),
        ("close the wagons", TRAIN, {"cargo": "closed"}),
        ("remove the chimney", TRAIN, {"chimney": "none"}),
        ("move the cabin to the back", SHIP, {"cabin": "back"}),
        ("remove the containers and add a sail", SHIP, {"kind": "sail"}),
        ("make it a rowing boat", SHIP, {"kind": "open"}),
        ("square bow", SHIP, {"bow": "square"}),
        ("remove the sail", BOAT, {"kind": "open"}),
        ("boxy body", GUITAR, {"body": "boxy"}),
        ("slimmer headstock", GUITAR, {"head": "plain"}),
        ("more tiers", TOWER, {"tiers": "three"}),
        ("pointed roof", TOWER, {"top": "pointed"}),
        ("remove the battlements", TOWER, {"top": "flat"}),
        ("make it round", TOWER, {"shape": "round"}),
        ("put it on a pole", BIRDHOUSE, {"pole": "yes"}),
        ("remove the hole and the perch", BIRDHOUSE, {"hole": "none", "perch": "none"}),
        ("flat roof", BIRDHOUSE, {"roof": "flat"}),
        ("put it on a tripod", CAMERA, {"tripod": "yes"}),
        ("longer lens", CAMERA, {"lens": "long"}),
        ("add a flash", CAMERA, {"viewfinder": "yes"}),
        ("remove the handle", BASKET, {"handle": "none"}),
        ("longer neck", BOTTLE, {"neck": "long"}),
        ("put a stopper on it", BOTTLE, {"cap": "yes"}),
        ("add a foot", BOWL, {"foot": "yes"}),
        ("add a lid", JAR, {"lid": "yes"}),
        ("smaller handle", MUG, {"handle": "small"}),
        ("make it a flower pot", POT, {"kind": "flower"}),
        ("remove the handles", POT, {"handles": "none"}),
    ],
)
def test_natural_sentences_are_read_as_meant(
    words: str, description: str, wanted: Mapping[str, Value]
) -> None:
    fields = changed(words, description).brief.fields
    assert {name: fields[name] for name in wanted} == wanted
    choices = [f.name for f in CATEGORIES[described(description).category].fields]
    assert [*fields] == choices


@pytest.mark.parametrize(
    ("words", "description", "measure", "way"),
    [
        ("make it taller", CHAIR, "height", 1),
        ("can you make it higher?", CHAIR, "height", 1),
        ("too tall", CHAIR, "height", -1),
        ("make it not so tall", CHAIR, "height", -1),
        ("a bit wider please", CHAIR, "width", 1),
        ("I want it narrower", CHAIR, "width", -1),
        ("make the legs longer", CHAIR, "seat", 1),
        ("shorter legs", CHAIR, "seat", -1),
        ("lower the seat", CHAIR, "seat", -1),
        ("longer legs", TABLE, "height", 1),
        ("make it longer", TABLE, "width", 1),
        ("deeper", TABLE, "depth", 1),
        ("increase the height by 2", TABLE, "height", 1),
        ("longer", BED, "depth", 1),
        ("wider", BED, "width", 1),
        ("wider keyboard", PIANO, "width", 1),
        ("make it longer", CAR, "width", 1),
        ("wider", CAR, "depth", 1),
        ("shorter", CAR, "width", -1),
        ("higher hull", SHIP, "hull", 1),
        ("longer hull", SHIP, "width", 1),
        ("a taller mast", BOAT, "height", 1),
        ("longer neck", GUITAR, "neck", 1),
        ("slimmer", TOWER, "width", -1),
        ("deeper", BOWL, "height", 1),
        ("deeper", BASKET, "wall", 1),
        ("higher sides", BASKET, "wall", 1),
        ("deeper", JAR, "height", 1),
        ("wider", MUG, "depth", 1),
        ("half the width", TABLE, "width", -1),
    ],
)
def test_more_and_less_move_the_measure_that_is_meant(
    words: str, description: str, measure: str, way: int
) -> None:
    before = described(description)
    after = changed(words, description).brief
    assert (int(after.fields[measure]) - int(before.fields[measure])) * way > 0
    for field in CATEGORIES[before.category].fields:
        if isinstance(field, Choice):
            assert after.fields[field.name] == before.fields[field.name], "a choice stays"


@pytest.mark.parametrize(
    ("words", "description", "paint"),
    [
        ("paint the legs black", CHAIR, "legs black"),
        ("red seat", CHAIR, "seat red"),
        ("make the whole thing blue", CHAIR, "blue"),
        ("make it red with black legs", CHAIR, "red, legs black"),
        ("black armrests", THRONE, "arms black"),
        ("red carriages", TRAIN, "carriages red"),
        ("black handles", POT, "handles black"),
        ("paint the ship red", BOAT, "red"),
    ],
)
def test_a_colour_alone_changes_no_field(words: str, description: str, paint: str) -> None:
    result = changed(words, description)
    assert paint_in_words(result.paint) == paint
    assert result.brief.fields == described(description).fields
    assert not result.brief.asked


def test_a_colour_beside_a_change_does_both() -> None:
    result = changed("add a red lid", JAR)
    assert (result.brief.fields["lid"], dict(result.paint)) == ("yes", {"lid": 4})
    result = changed("no back, and make it blue", CHAIR)
    assert (result.brief.fields["back"], dict(result.paint)) == ("none", {"whole": 1})


@pytest.mark.parametrize(
    ("words", "description", "message"),
    [
        ("make it dance", CHAIR, r'I read "make it dance"; what can be changed is back, slats'),
        ("hello there", CHAIR, "I cannot change that of this chair"),
        ("make it a table", CHAIR, "I cannot change that of this chair"),
        ("make the back lower", CHAIR, "back is at low already"),
        ("thinner legs", CHAIR, "thickness is at thin already"),
        ("no armrests", CHAIR, "arms is at none already"),
        ("no legs", CHAIR, "I cannot build a chair with no legs"),
        ("remove the legs", CHAIR, "I cannot build a chair with no legs|I cannot change"),
        ("three legs", CHAIR, "I can build a chair with one or four legs, not three"),
        ("make it 90 studs wide", CHAIR, "I can build from 1 to 20 studs or layers, not 90"),
        ("longer legs", SOFA, "I cannot change that of this sofa"),
        ("bigger hole", BIRDHOUSE, "I cannot change that of this birdhouse"),
        ("remove all shelves", SHELF, "I cannot change that of this bookshelf"),
        ("higher roof", FLAT_TOWER, "far as I"),
        ("高い", CHAIR, 'I read "高い"'),
        ("🙂", CHAIR, "I cannot change that"),
        ("\x1b[31m!!", CHAIR, r'I read "\[31m!!"'),
        ("x" * 900, CHAIR, r"xxx\.\.\."),
        ("", CHAIR, "got nothing"),
        ("  \n", CHAIR, "got nothing"),
        ("x" * 1001, CHAIR, "at most 1,000 characters"),
        ("\udcff", CHAIR, "UTF-8"),
        ("2x4 (0,0,0)", CHAIR, "expected words, got the brick"),
    ],
)
def test_what_cannot_be_changed_is_refused_with_what_can(
    words: str, description: str, message: str
) -> None:
    with pytest.raises(CaptionError, match=message):
        changed(words, description)


def test_what_is_too_much_is_told_and_the_nearest_is_taken() -> None:
    result = changed("twenty shelves", SHELF)
    assert result.brief.fields["shelves"] == "five"
    assert result.notes == (
        "I can build a bookshelf with two, three, four or five shelves, not twenty; I took five.",
    )


def test_what_was_changed_is_told_and_counts_as_asked() -> None:
    result = changed("make the back higher", CHAIR)
    assert result.told[0] == "back from low to high"
    told = {words.partition(" from ")[0] for words in result.told}
    details = {f.name for f in CATEGORIES["chair"].fields if isinstance(f, Detail)}
    assert told == result.brief.asked - details >= {"back"}


def test_a_smaller_chair_keeps_its_back() -> None:
    small = CHAIR.replace("seat 5", "seat 3").replace("height 11", "height 7")
    fields = changed("make it smaller", small).brief.fields
    assert fields["back"] == "low"
    assert int(fields["height"]) < 7 or int(fields["width"]) < 7


SENTENCES = st.sampled_from(
    (
        *("taller", "wider", "smaller", "remove the back", "no lid", "add a handle", "round"),
        *("red legs", "two more shelves", "make it 3 studs taller", "a pointed roof", "blue"),
        *("longer neck and bigger wheels", "half the height", "without arms, 12 studs wide"),
    )
)


@given(st.sampled_from(sorted(CATEGORIES)), SENTENCES | st.text(max_size=40), st.data())
def test_a_change_changes_what_it_tells_or_nothing(
    category: str, words: str, data: st.DataObject
) -> None:
    rows = known(category)
    names = [field.name for field in CATEGORIES[category].fields]
    fields = dict(zip(names, data.draw(st.sampled_from(rows)), strict=True))
    brief = read_description(describe(category, fields))
    try:
        result = change(words, brief, rows)
    except CaptionError:
        return
    differing = {name for name in names if result.brief.fields[name] != fields[name]}
    assert result.brief.asked == differing
    told = [words.partition(" from ")[0] for words in result.told if " from " in words]
    details = {f.name for f in CATEGORIES[category].fields if isinstance(f, Detail)}
    assert set(told) == differing - details, "details follow, and nobody is told"
    assert read_description(result.brief.text).fields == result.brief.fields
    assert result.told


@given(st.sampled_from(sorted(CATEGORIES)), st.data())
def test_fitting_keeps_fixed_fields_and_gives_a_whole_description(
    category: str, data: st.DataObject
) -> None:
    known_category: Category = CATEGORIES[category]
    rows = known(category)
    names = [field.name for field in known_category.fields]
    fields = dict(zip(names, data.draw(st.sampled_from(rows)), strict=True))
    fixed = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))
    for name in sorted(fixed):
        field = known_category.field(name)
        is_choice = isinstance(field, Choice)
        values = sorted(field.words) if is_choice else [int(row[names.index(name)]) for row in rows]
        fields[name] = data.draw(st.sampled_from(values))
    found = fitted(fields, frozenset(fixed), known_category, rows)
    assert {name: found[name] for name in fixed} == {name: fields[name] for name in fixed}
    assert read_description(describe(category, found)).fields == found


@given(st.sampled_from(sorted(CATEGORIES)), st.data())
def test_what_fits_already_stays(category: str, data: st.DataObject) -> None:
    rows = known(category)
    names = [field.name for field in CATEGORIES[category].fields]
    fields = dict(zip(names, data.draw(st.sampled_from(rows)), strict=True))
    assert fitted(fields, frozenset(), CATEGORIES[category], rows) == fields


def test_a_model_with_one_description_can_be_changed() -> None:
    brief = described("basket, handle none, shape round, wall 4, width 8, depth 8, height 8")
    row = list(brief.fields.values())
    assert change("make it square", brief, [row]).brief.fields["shape"] == "square"
    with pytest.raises(CaptionError, match="width is at 8 already, as far as I go"):
        change("make it wider", brief, [row])
