"""The picture of a trace: what can be counted in it, and what is said in words."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from legolab.generation.trace import Moment, Trace
from legolab.widgets.plot import plot_trace

SVG = "{http://www.w3.org/2000/svg}"


def draft(number, at, verdict="stable"):
    """A draft of three bricks: one restart, one rollback of two bricks."""
    moments = [Moment(at, "draft", number, "temperature 0.3")]
    moments += [Moment(at + 1 + n, "proposal", n, f"2x2 (0,0,{n})") for n in range(3)]
    moments += [Moment(at + 5, "restart", 3, "no size fits")]
    moments += [Moment(at + 6, "rollback", 1, "brick 2 would <fall>")]
    moments += [Moment(at + 7 + n, "proposal", 1 + n) for n in range(2)]
    return [*moments, Moment(at + 10, "end", 3, verdict)]


def drawn(*moments):
    trace = Trace("embedded", "0" * 12, 0.3, moments=tuple(moments))
    return ET.fromstring(plot_trace(trace).svg)


def words(svg):
    return [element.text for element in svg.iter(f"{SVG}text")]


def test_drafts_stand_apart_and_the_kept_one_is_the_thick_line():
    svg = drawn(*draft(0, 0), *draft(1, 10), Moment(20, "chosen", 0))
    thick = [line.get("stroke-width") for line in svg.iter(f"{SVG}polyline")]
    assert sorted(thick) == ["1.5", "1.5", "2.5", "2.5"]  # one of each is in the legend
    assert "Draft 1 was kept: 3 bricks, stands" in words(svg)
    assert {"draft 1, temperature 0.3", "draft 2, temperature 0.3"} <= set(words(svg))


def test_rollbacks_are_drops_with_a_sign_that_says_why():
    svg = drawn(*draft(0, 0))
    assert [title.text for title in svg.iter(f"{SVG}title")] == [
        "3 to 1 bricks: brick 2 would <fall>"
    ]
    assert "taken back, 1" in words(svg)
    assert len(list(svg.iter(f"{SVG}polygon"))) == 2  # one is in the legend


def test_proposals_and_restarts_can_be_counted_and_are():
    svg = drawn(*draft(0, 0), *draft(1, 10))
    blue = [line for line in svg.iter(f"{SVG}line") if "--blue" in line.get("stroke")]
    assert len(blue) == 10
    assert words(svg)[words(svg).index("proposals") + 1] == "10"
    assert words(svg)[words(svg).index("restarts") + 1] == "2"
    assert "2 drafts, 10 proposals, 2 restarts, 2 rollbacks" in svg.get("aria-label")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("stable", "stands"), ("unstable", "falls"), ("UNVERIFIED", "not verified")],
)
def test_the_verdict_at_the_end_is_said_in_words(verdict, said):
    svg = drawn(*draft(0, 0, verdict))
    assert f"Draft 1 was kept: 3 bricks, {said}" in words(svg)
    assert f"ends: {said}" in words(svg)


def test_a_trace_without_moments_says_so():
    assert "Nothing is known of the way." in words(drawn())


def test_the_picture_has_a_ground_of_its_own_and_a_title_that_can_be_left_out():
    trace = Trace("embedded", "0" * 12, 0.3, moments=tuple(draft(0, 0)))
    assert "var(--card" in ET.fromstring(plot_trace(trace).svg).find(f"{SVG}rect").get("fill")
    assert "How it was built" in plot_trace(trace)._repr_svg_()
    assert "How it was built" not in plot_trace(replace(trace), title="").svg
