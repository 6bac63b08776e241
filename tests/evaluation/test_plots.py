"""Plots are well-formed SVG that says what it was given."""

import math
import xml.etree.ElementTree as ElementTree

import pytest

from legolab.evaluation.plots import _bins, brick_row, curve, histogram, lines, shares

SVG = "{http://www.w3.org/2000/svg}"


def texts(plot):
    return [element.text for element in ElementTree.fromstring(plot.svg).iter(f"{SVG}text")]


def bars(plot):
    """Heights of the bars; the first rectangle is the ground."""
    found = list(ElementTree.fromstring(plot.svg).iter(f"{SVG}rect"))[1:]
    return [float(bar.get("height")) for bar in found]


def test_bars_are_as_high_as_their_counts():
    low, high = bars(histogram("Drafts", [1, 1, 1, 3], "drafts"))
    assert low == pytest.approx(3 * high, rel=0.01)


@pytest.mark.parametrize(
    "values",
    [[], [0], [7.5], [math.nan, math.inf], [0, 0.1, 250.3], [1e-6, 2e-6], [5] * 9, [0, 10**9]],
)
def test_any_values_make_a_picture(values):
    plot = histogram("Counted", values, "things")
    finite = [value for value in values if math.isfinite(value)]
    assert ("nothing to show" in texts(plot)) == (not finite)
    assert bool(finite) <= len(bars(plot)) <= 13


@pytest.mark.parametrize("values", [[0, 0.1, 250.3], list(range(100)), [0.97, 1.0, 1.0]])
def test_no_value_is_lost(values):
    low, step, count = _bins(values, 12)
    assert low <= values[0] and values[-1] < low + step * count * (1 + 1e-9)
    assert 1 <= count <= 13


def test_shares_leave_gaps_and_take_any_name():
    rows = {"<b>": {"stands": 0.5, "whole": math.nan}, "mug": {"stands": 1.0, "whole": 0.0}}
    plot = shares("What & why", rows, ["stands", "whole"])
    assert texts(plot).count("50%") == texts(plot).count("100%") == texts(plot).count("0%") == 1
    assert "<b>" in texts(plot) and "What & why" in texts(plot)


def test_lines_name_every_series_once_and_apart():
    series = {"a": [(10, 1.0), (100, 10.0)], "b": [(10, 1.0), (100, 10.0)], "none": []}
    plot = lines("Time", series, "bricks", "ms")
    placed = {t.text: t for t in ElementTree.fromstring(plot.svg).iter(f"{SVG}text")}
    assert abs(float(placed["a"].get("y")) - float(placed["b"].get("y"))) >= 15
    assert "none" not in placed
    assert "nothing to show" in texts(lines("Time", {}, "bricks", "ms"))


@pytest.mark.parametrize("points", [[(3, 0.0)], [(1, 0.1), (2, 1.4)], [(0, 0.0), (500, 90.0)]])
def test_what_falls_on_a_curve_is_a_square_and_said(points):
    plot = curve("Steps", points, "steps", "pull, N", (0.98, "a joint holds"), {points[-1][0]})
    squares = list(ElementTree.fromstring(plot.svg).iter(f"{SVG}rect"))[1:]
    assert len(squares) == 2  # the point and the legend
    assert {"stands", "falls", "a joint holds"} <= set(texts(plot))
    assert "falls" not in texts(curve("Steps", points, "steps", "pull, N", (0.98, "limit")))
    assert "nothing to show" in texts(curve("Steps", [], "steps", "pull, N", (0.98, "limit")))


@pytest.mark.parametrize(("share", "full"), [(0, 0), (0.049, 0), (0.5, 10), (0.99, 19), (1, 20)])
def test_a_row_of_bricks_is_never_fuller_than_its_share(share, full):
    assert brick_row(share, "red").count('fill="red"') == 2 * full
