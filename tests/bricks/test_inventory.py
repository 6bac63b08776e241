"""How many of each kind; what somebody has is read, never exceeded, or refused in a sentence."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.brick import Brick
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE, SIZES
from legolab.bricks.colors import DEFAULT_COLOR, PALETTE
from legolab.bricks.inventory import MAX_COUNT, Inventory, brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.errors import FileError, InputError

KINDS = [kind.name for kind in CATALOG]
COLORS = st.none() | st.sampled_from(sorted(PALETTE))
STOCK = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), COLORS), st.integers(0, 5), min_size=1
).filter(lambda stock: any(stock.values()))


def test_turned_bricks_count_together_in_catalog_order():
    structure = BrickStructure.from_text("6x2 (0,0,0)\n1x1 (8,0,0)\n2x6 (0,2,0)\n1x2 (8,2,0)\n")
    assert list(brick_counts(structure).items()) == [("1x1", 1), ("1x2", 1), ("2x6", 2)]


def test_nothing_needs_nothing():
    assert brick_counts([]) == {}


def test_a_kind_is_known_by_its_size_in_either_turn_and_by_its_part():
    inventory = Inventory.of({"4x2": 1, "2X4": 2, "3001": 3, "3001.DAT": 4, " 2x4 ": 5})
    assert inventory.counts == {"2x4": 15}
    assert inventory.stock == {("2x4", None): 15}


def test_colours_are_kept_apart_by_name_or_code():
    inventory = Inventory.of({"2x4 red": 1, "2x4 4": 2, "2x4 dark red": 3, "2x4": 4})
    assert inventory.stock == {("2x4", 4): 3, ("2x4", 320): 3, ("2x4", None): 4}
    assert inventory.counts == {"2x4": 10}


def test_kinds_of_which_there_are_none_are_left_out():
    assert Inventory.of({"2x4": 0, "1x1": 1}).counts == {"1x1": 1}


@given(STOCK)
def test_an_inventory_is_read_as_it_was_written(stock):
    inventory = Inventory({key: number for key, number in stock.items() if number})
    assert Inventory.of(inventory.to_json()) == inventory


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "at least one brick"),
        ({"2x4": 0}, "at least one brick"),
        ({"3x3": 1}, r"expected a brick \(1x1, .*got '3x3'"),
        ({"": 1}, "expected a brick"),
        ({5: 1}, "expected a brick"),
        ({"x" * 5000: 1}, r"got 'xxx.*\.\.\. in the inventory"),
        ({"2x4 loud": 1}, "expected a colour .*got 'loud'"),
        ({"2x4": -1}, "from 0 to 1,000,000, got -1 for '2x4'"),
        ({"2x4": MAX_COUNT + 1}, "from 0 to 1,000,000"),
        ({"2x4": 10**5000}, "from 0 to 1,000,000"),
        ({"2x4": "9" * 5000}, "from 0 to 1,000,000"),
        ({"2x4": True}, "got True"),
        ({"2x4": 2.0}, "got 2.0"),
        ({"2x4": float("nan")}, "got nan"),
        ({"2x4": float("inf")}, "got inf"),
        ({"2x4": None}, "got None"),
        ({"2x4": [1]}, r"got \[1\]"),
        ({"2x4": "many"}, "got 'many'"),
    ],
    ids=lambda value: f"{value!r:.30}" if isinstance(value, str) else "",
)
def test_what_is_no_inventory_is_refused_in_a_short_sentence(counts, message):
    with pytest.raises(InputError, match=message) as refusal:
        Inventory.of(counts)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("text", "stock"),
    [
        ("Part,Quantity\n3001,5\n", {("2x4", None): 5}),
        ("kind;qty;colour\n2x4;5;red\n1x1;2;\n", {("2x4", 4): 5, ("1x1", None): 2}),
        ("part\tcount\n3001.dat\t5", {("2x4", None): 5}),
        ("\ufeffpart,quantity\r\n3001,5\r\n", {("2x4", None): 5}),
        ('"Color","Part","Quantity"\n"71","3001","5"', {("2x4", 71): 5}),
        ("part_num,color_name,qty\n3001,Light_Bluish_Grey,5", {("2x4", 71): 5}),
        (" part , quantity \n\n 3001 , 5 ,more,columns\n,\n", {("2x4", None): 5}),
        ("part,quantity\n3001,2\n3001,3\n", {("2x4", None): 5}),
    ],
)
def test_parts_lists_are_read_as_people_export_them(tmp_path, text, stock):
    (tmp_path / "parts.csv").write_text(text, encoding="utf-8")
    assert Inventory.read(tmp_path / "parts.csv").stock == stock


def test_parts_that_are_no_bricks_are_passed_over_and_named_once(tmp_path):
    rows = ("part,quantity", "3001,1", "9999,4", "9999,1", "3020,2", f"{'z' * 500},1")
    (tmp_path / "parts.csv").write_text("\n".join(rows))
    inventory = Inventory.read(tmp_path / "parts.csv")
    assert inventory.counts == {"2x4": 1}
    assert inventory.passed_over == ("9999", "3020", "z" * 40)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("parts.csv", "a,b\n1,2\n", "headings part and quantity in parts.csv, got 'a, b'"),
        ("parts.csv", "3001,5\n", "headings part and quantity"),
        ("parts.csv", f"{'z,' * 5000}\n", "headings part and quantity"),
        ("parts.csv", "part,quantity\n", "at least one brick"),
        ("parts.csv", "part,quantity\n9999,4\n", "at least one brick"),
        ("parts.csv", "part,quantity\n3001\n", "expected 2 columns in line 2 of parts.csv, got 1"),
        ("parts.csv", "part,quantity\n3001,-4\n", "got '-4' for line 2"),
        ("parts.csv", "part,quantity\n3001,5.0\n", "got '5.0' for line 2"),
        ("parts.csv", "part,quantity\n3001,\n", "got '' for line 2"),
        ("parts.csv", f"part,quantity\n3001,{'9' * 6000}\n", "from 0 to 1,000,000"),
        ("parts.csv", f"part,quantity\n{'x' * 200_000},1\n", "expected a CSV"),
        ("parts.csv", "part,quantity,color\n3001,5,loud\n", "got 'loud' in line 2"),
        ("parts.json", "{", "expected JSON in parts.json"),
        ("parts.json", "[" * 100_000, "expected JSON in parts.json"),
        ("parts.json", '{"2x4": ' + "9" * 6000 + "}", "expected JSON in parts.json"),
        ("parts.json", "[1, 2]", r'expected {"2x4": 10} in parts.json'),
        ("parts.json", '{"2x4": NaN}', "got nan"),
        ("parts.json", '{"2x4": true}', "got True"),
        ("parts.json", '{"2x4": {"red": 1}}', "got {'red': 1}"),
    ],
    ids=lambda value: f"{value[:24]!r}",
)
def test_a_file_that_is_no_parts_list_is_refused_with_its_name(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        Inventory.read(tmp_path / name)


def test_a_file_that_cannot_be_read_is_a_file_error(tmp_path):
    (tmp_path / "empty.csv").write_text(" \n")
    (tmp_path / "wide.csv").write_text("part,quantity\n3001,5\n", encoding="utf-16")
    for path in ("nothing.csv", ".", "empty.csv", "wide.csv"):
        with pytest.raises(FileError):
            Inventory.read(tmp_path / path)


@given(STOCK, st.lists(st.sampled_from(SIZES), max_size=20))
def test_what_is_missing_is_what_has_to_be_bought(stock, sizes):
    inventory = Inventory({key: number for key, number in stock.items() if number})
    bricks = [Brick(h, w, 0, 0, z) for z, (h, w) in enumerate(sizes)]
    need, have, missing = brick_counts(bricks), inventory.counts, inventory.missing(bricks)
    for kind in KINDS:
        assert missing.get(kind, 0) == max(0, need.get(kind, 0) - have.get(kind, 0))


@given(st.data())
def test_colours_out_of_an_inventory_never_exceed_it(data):
    stock = {key: number for key, number in data.draw(STOCK).items() if number}
    inventory = Inventory(stock)
    have = [kind for kind, number in inventory.counts.items() for _ in range(number)]
    kinds = data.draw(st.permutations(have))[: data.draw(st.integers(0, len(have)))]
    sizes = {KIND_OF_SIZE[size].name: size for size in SIZES}
    bricks = [Brick(*sizes[kind], 0, 0, z) for z, kind in enumerate(kinds)]
    codes = st.sampled_from(sorted(PALETTE))
    wanted = data.draw(st.lists(codes, min_size=len(bricks), max_size=len(bricks)))
    used = Counter(zip(kinds, inventory.colors_for(bricks, wanted), strict=True))
    for kind in set(kinds):
        any_color = stock.get((kind, None), 0)
        beyond = sum(
            max(0, number - stock.get((kind, color), 0))
            for (name, color), number in used.items()
            if name == kind
        )
        assert beyond <= any_color


def test_the_wanted_colour_is_taken_as_long_as_it_lasts():
    inventory = Inventory.of({"2x4 red": 1, "2x4 blue": 2})
    bricks = [Brick(2, 4, 0, 0, z) for z in range(3)]
    assert inventory.colors_for(bricks, [4, 4, 4]) == [4, 1, 1]
    assert Inventory.of({"2x4": 3}).colors_for(bricks, [4, 1, 4]) == [4, 1, 4]
    assert Inventory.of({"2x4": 3}).colors_for(bricks, [DEFAULT_COLOR] * 3) == [DEFAULT_COLOR] * 3


def test_bricks_of_any_colour_are_left_for_those_that_have_no_other():
    inventory = Inventory.of({"2x4 red": 1, "2x4": 1})
    bricks = [Brick(2, 4, 0, 0, z) for z in range(2)]
    assert inventory.colors_for(bricks, [1, 4]) == [1, 4]
