"""An order goes through JSON and back, and what is wrong with it is found before the model."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.structure import BrickStructure
from legolab.errors import CaptionError, InputError, LegolabError
from legolab.generation import generator
from legolab.generation.generator import generate
from legolab.generation.order import Order
from legolab.generation.result import Finished

STACK = "2x4 (0,0,0)\n2x4 (0,0,1)\n"

ORDERS = st.builds(
    Order,
    st.text(min_size=1),
    seed=st.none() | st.integers(0, 2**32 - 1),
    temperature=st.floats(0.01, 10),
    max_bricks=st.integers(1, 400),
    drafts=st.integers(1, 5),
    fields=st.dictionaries(st.text(), st.integers() | st.text()),
    paint=st.dictionaries(st.text(), st.integers() | st.text()),
    inventory=st.dictionaries(st.text(), st.integers()),
    start=st.text(),
    change=st.text(),
)


@given(ORDERS)
def test_an_order_is_read_from_json_as_it_was_written(order: Order) -> None:
    assert Order.from_json(json.loads(json.dumps(order.to_json()))) == order


def test_what_is_as_if_not_given_is_left_out() -> None:
    assert set(Order("a chair").to_json()) == {"caption", "temperature", "max_bricks", "drafts"}
    assert Order("a chair", seed=0).to_json()["seed"] == 0


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "a chair",
        None,
        {"prompt": "a chair"},
        {"caption": "a chair", "model": "mine"},
        {"caption": 5},
        {"caption": None},
        {"caption": "a chair", "seed": "7"},
        {"caption": "a chair", "seed": True},
        {"caption": "a chair", "temperature": "hot"},
        {"caption": "a chair", "max_bricks": 2.5},
        {"caption": "a chair", "drafts": None},
        {"caption": "a chair", "fields": [["back", "low"]]},
        {"caption": "a chair", "paint": "red"},
        {"caption": "a chair", "inventory": ["2x4"]},
        {"caption": "a chair", "start": 5},
        {"caption": "a chair", "change": {}},
        {5: "a chair"},
    ],
    ids=str,
)
def test_another_document_is_no_order(document: Mapping[str, object]) -> None:
    with pytest.raises(InputError, match="expected an order"):
        Order.from_json(document)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (Order(""), "got nothing"),
        (Order("a dog"), "I know: "),
        (Order("a chair", fields={"wings": "two"}), "a field of a chair"),
        (Order("a chair", fields={"width": 0}), "width from 1 to 20"),
        (Order("a chair", fields={"back": ["low"]}), "expected back"),  # type: ignore[dict-item]
        (Order("a chair", paint={"sail": "red"}), "a part of a chair"),
        (Order("a chair", paint={"legs": "loud"}), "expected a colour"),
        (Order("a chair", inventory={"3x3": 2}), "expected a brick"),
        (Order("a chair", inventory={"2x4": -2}), "expected a number of bricks"),
        (Order("a chair", start="2x4"), "expected 'HxW"),
        (Order("a chair", start="\n"), "got no bricks"),
        (Order("a chair", start=STACK + "2x2 (1,1,0)\n"), "line 3: expected free cells"),
        (Order("a chair", start="2x4 (18,17,0)\n"), "inside the 20x20x20 world"),
        (Order("a chair", start="3x4 (0,0,0)\n"), "one of the bricks"),
        (Order("a chair", change="make it wider"), "got nothing to start from"),
        (Order("a chair", start=STACK, change=" "), "got nothing"),
        (Order("a chair", start=STACK, change="x" * 1001), "at most 1,000 characters"),
    ],
    ids=lambda value: "" if isinstance(value, Order) else value,
)
def test_an_order_is_looked_at_without_the_model(
    monkeypatch: pytest.MonkeyPatch, order: Order, message: str
) -> None:
    monkeypatch.setattr(generator, "load_embedded", lambda *_: pytest.fail("loaded"))
    with pytest.raises(LegolabError, match=message):
        order.checked()


def test_an_order_that_is_right_is_the_same_once_checked() -> None:
    order = Order(
        "a chair",
        fields={"back": "low", "width": 6},
        paint={"legs": "black", "whole": 4},
        inventory={"2x4 red": 10},
        start=STACK,
        change="make it wider",
    )
    assert order.checked() is order


def test_an_order_builds_what_its_options_say() -> None:
    order = Order("a small table", seed=3, max_bricks=12, drafts=1, paint={"whole": "red"})
    *_, last = order.events()
    assert isinstance(last, Finished)
    result = generate("a small table", seed=3, max_bricks=12, drafts=1, paint={"whole": "red"})
    assert last.result.structure == result.structure


def test_changing_a_result_goes_on_from_it() -> None:
    result = generate("a small table", seed=3, drafts=1)
    order = Order.changing(result, "blue legs").checked()
    assert BrickStructure.from_text(order.start) == result.structure
    *_, last = order.events()
    assert isinstance(last, Finished)
    assert list(last.result.structure) == list(result.structure)
    with pytest.raises(CaptionError):
        list(Order.changing(result, "make it dance").events())
