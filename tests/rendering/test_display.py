import base64
import io
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from legolab import BrickStructure, analyze
from legolab.rendering.display import generation_bundle, structure_bundle

BRICKS = BrickStructure.from_text("2x4 (0,0,0)\n2x4 (0,2,1)\n")


@dataclass
class FakeReport:
    verdict: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="STABLE"))
    summary: str = "Stands, holds 6.6 times its own load"
    scores: np.ndarray = field(default_factory=lambda: np.zeros(2))


@dataclass
class FakeGeneration:
    structure: BrickStructure = BRICKS
    report: FakeReport = field(default_factory=FakeReport)
    caption: str = "a small house"
    seed: int = 7


class Page(HTMLParser):
    """The tags, the sources and the words of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name == "src"]

    def handle_data(self, data):
        self.words.append(data)


def picture(content: object) -> Image.Image:
    assert isinstance(content, str)
    return Image.open(io.BytesIO(base64.b64decode(content, validate=True)))


def test_a_structure_is_a_picture_and_a_line():
    bundle = structure_bundle(BRICKS)
    assert picture(bundle["image/png"]).size == (512, 512)
    assert bundle["text/plain"] == "<BrickStructure: 2 bricks, 2 layers>"
    assert BRICKS._repr_mimebundle_() == bundle


def test_no_bricks_no_picture():
    assert list(structure_bundle(BrickStructure([]))) == ["text/plain"]
    bundle = generation_bundle(FakeGeneration(structure=BrickStructure([])))
    assert set(bundle) == {"text/plain", "text/html"}
    assert "0 bricks" in bundle["text/plain"]


def test_a_generation_is_a_card_with_caption_verdict_and_facts():
    bundle = generation_bundle(FakeGeneration())
    page = Page(bundle["text/html"])
    assert page.words == [
        "a small house",
        *("Verdict", "Stands, holds 6.6 times its own load"),
        *("Bricks", "2"),
        *("Seed", "7"),
    ]
    (source,) = page.sources
    kind, content = source.split(",", 1)
    assert kind == "data:image/png;base64"
    assert content == bundle["image/png"]
    assert bundle["text/plain"].startswith("a small house · Stands")


def test_a_report_shows_itself_with_its_solver():
    report = analyze(BRICKS, backend="highs")
    bundle = report._repr_mimebundle_()
    page = Page(bundle["text/html"])
    assert page.words[1] == report.summary == str(report)
    assert page.words[-2:] == ["Solver", "highs"]
    assert bundle["text/plain"] == f"{report.summary} · 2 bricks · solver highs"
    assert picture(bundle["image/png"]).size == (512, 512)


def test_the_card_asks_the_network_for_nothing():
    html = generation_bundle(FakeGeneration())["text/html"]
    assert "http" not in html
    assert "url(" not in html


@pytest.mark.parametrize("caption", ['<script>alert("x")</script>', "\"><img src='x'>", "a & b"])
def test_a_caption_is_shown_as_it_is_written(caption: str):
    page = Page(generation_bundle(FakeGeneration(caption=caption))["text/html"])
    rows = ["tr", "th", "td", "span", *["tr", "th", "td"] * 2]
    assert page.tags == ["div", "img", "div", "table", *rows]
    assert page.words[0] == caption


def test_failing_bricks_are_hatched_when_it_falls():
    report = FakeReport(SimpleNamespace(name="UNSTABLE"), "Falls at brick 2", np.array([0.1, 1.0]))
    bundle = generation_bundle(FakeGeneration(report=report))
    assert bundle["image/png"] != structure_bundle(BRICKS)["image/png"]
    assert "Falls at brick 2" in bundle["text/html"]


def test_not_verified_is_hatched_itself():
    report = FakeReport(SimpleNamespace(name="UNVERIFIED"), "UNVERIFIED: no solver looked at it")
    assert (
        "repeating-linear-gradient" in generation_bundle(FakeGeneration(report=report))["text/html"]
    )
