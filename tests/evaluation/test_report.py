"""The page, the sheet and the words of a run."""

import re

import pytest

from legolab.evaluation import report, runs
from legolab.evaluation.captions import Caption
from legolab.evaluation.plan import Plan, Settings
from legolab.evaluation.sheet import SIZE, contact_sheet, outcome_words, previews
from tests.evaluation.rows import FALLS, built, frame, refused


@pytest.mark.parametrize(
    ("rows", "words", "known"),
    [
        ([built(), built(seed=1, rollbacks=1)], "2 of 2 stand, 1 at the first pass.", True),
        (
            [built(), refused()],
            "1 of 2 stand, 1 at the first pass. 1 caption was refused.",
            True,
        ),
        ([built(backend="unverified")], "1 not verified: no solver looked.", False),
        (
            [built(), refused(outcome="failed"), refused("b", outcome="failed")],
            "1 of 3 stand, 1 at the first pass. 2 failed and are tried again next time.",
            False,
        ),
        ([], "Nothing has been generated yet.", True),
    ],
)
def test_the_outcome_in_words(rows, words, known):
    assert report.verdict(frame(*rows)) == words
    assert report.is_known(frame(*rows)) == known


def test_tables_say_how_many_are_behind_a_share():
    table = report.measures_table(frame(built(), built(seed=1, text=FALLS), refused()))
    assert list(table.columns) == ["all 3", "2 valid"]
    assert list(table.loc["stable at the end"]) == ["33.3%  1 of 3", "50.0%  1 of 2"]
    assert list(table.loc["bricks"]) == ["2.0", "2.0"]
    unknown = report.measures_table(frame(built(backend="unverified")))
    assert unknown.at["stable at the end", "all 1"] == "–"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (built(), "stands"),
        (built(text=FALLS), "falls, in 2 pieces"),
        (built(backend="unverified"), "not verified"),
        (built(trimmed=2, pruned=1, finished=False), "stands, 3 bricks taken out, cut off"),
        (refused(), "refused: I know no dog."),
    ],
)
def test_a_model_in_a_few_words(row, words):
    (only,) = frame(row).itertuples()
    assert outcome_words(only) == words


def test_the_sheet_has_a_line_for_each_category():
    rows = frame(built(), built(seed=1), built("a mug", category="mug"), refused())
    pictures = previews(rows)
    assert sorted(pictures) == [0, 1, 2]
    one, two = contact_sheet(rows, pictures), contact_sheet(rows.head(2), pictures)
    assert one.width == two.width == 2 * (SIZE + 8) + 8
    assert one.height > 2.9 * two.height - 3 * 8 and one.getcolors(10**6) is not None
    assert contact_sheet(frame()).size[1] > 0


def test_what_falls_or_is_not_verified_looks_different():
    plain, unverified = (previews(frame(built(backend=b)))[0] for b in ("auto", "unverified"))
    assert plain != unverified


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose run came out as these rows."""

    def folder(*rows):
        captions = tuple(Caption(row["caption"], row["category"], row["id"]) for row in rows)
        settings = Settings("embedded", "0123456789ab", 0.3, 200, "highs", "0.1.0")
        plan = Plan(settings, (0,), captions)
        monkeypatch.setattr(runs, "load", lambda _: frame(*rows))
        monkeypatch.setattr(report, "read_plan", lambda _: plan)
        return tmp_path

    return folder


def test_the_page_needs_nothing_beside_it_and_trusts_no_words(folder):
    evil = '<script>alert("x")</script> <!--models-->'
    report.write_report(folder(built(evil), refused(reason=evil), built("b", text=FALLS)))
    page = (folder() / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.findall(r'(?:src|href)="(?!data:)|url\(|@import', page)
    assert page.count('src="data:image/webp;base64,') == 2
    assert "1 of 3 stand, 1 at the first pass. 1 caption was refused." in page
    assert "falls, in 2 pieces" in page


def test_unverified_is_loud(folder):
    report.write_report(folder(built(backend="unverified")))
    page = (folder() / "report.html").read_text(encoding="utf-8")
    assert '<p class="unverified">UNVERIFIED: 1</p>' in page and "not known" in page


def test_nothing_yet_is_a_page_too(folder):
    report.write_report(folder())
    assert "Nothing has been generated yet." in (folder() / "report.html").read_text("utf-8")


def test_figures_for_other_programs(folder):
    rows = frame(built(), refused())
    document = report.to_json(folder(built(), refused()), rows)
    assert document["schema"] == "legolab.evaluation/1"
    assert (document["rows"], document["built"], document["refused"]) == (2, 1, 1)
    assert document["measures"]["stable"] == {
        "all": 0.5,
        "all_of": 2,
        "valid": 1.0,
        "valid_of": 1,
    }
    assert document["categories"]["(none)"]["bricks"] is None
