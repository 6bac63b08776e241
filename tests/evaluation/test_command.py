"""`legolab evaluate`: what it prints, what it writes, how it ends."""

import json
import sys
from functools import partial

import pytest

from legolab import cli
from legolab.console import RunLine
from legolab.errors import EngineError
from legolab.evaluation import runs
from legolab.evaluation.progress import Progress
from legolab.training import exam


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["legolab", "evaluate", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def captions(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("caption,category\na chair,chair\na dog,pet\n", encoding="utf-8")
    return str(file)


def test_tables_files_and_the_outcome(run, captions, tmp_path):
    code, out, err = run("run", captions, "--seeds", "3", "--max-bricks", "2")
    assert code == 0
    assert "1 of 2 stand, 1 at the first pass. 1 caption was refused." in out
    assert "stable at first pass" in out and "chair" in out and "pet" in out
    folder = tmp_path / "runs" / "mine"
    for name in ("report.html", "contact_sheet.png", "results.parquet", "seconds.parquet"):
        assert (folder / name).exists() and name in out
    assert "2 of 2" in err and "1 refused" in err
    again, _, err = run("run", captions, "--seeds", "3", "--max-bricks", "2")
    assert again == 0 and err.startswith("2 of 2")


def test_as_json(run, captions):
    code, out, _ = run("run", captions, "--max-bricks", "2", "--limit", "1", "--json")
    document = json.loads(out)
    assert code == 0 and document["rows"] == document["built"] == 1
    assert document["settings"]["max_bricks"] == 2


def test_without_a_file_it_takes_the_shipped_set(run, tmp_path):
    code, out, _ = run("run", "--max-bricks", "2", "--limit", "1", "--json")
    assert code == 0 and json.loads(out)["folder"].endswith("captions")
    assert list(json.loads(out)["categories"]) == ["basket"]


def test_what_nobody_looked_at_ends_with_3(run, captions, monkeypatch):
    monkeypatch.setenv("LEGOLAB_SOLVER", "unverified")
    code, out, _ = run("run", captions, "--max-bricks", "2", "--limit", "1")
    assert code == 3 and "1 not verified: no solver looked." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seeds", "x"], "expected seeds such as"),
        (["none.csv"], "cannot read none.csv"),
        (["--temperature", "99"], "expected a temperature"),
        (["--max-bricks", "0"], "at least 1 brick"),
        (["--limit", "0"], "a limit of at least 1"),
    ],
)
def test_bad_input_ends_with_2_and_leaves_nothing(run, tmp_path, arguments, words):
    code, out, err = run("run", *arguments)
    assert (code, out) == (2, "") and words in err
    assert not (tmp_path / "runs").exists()


def test_an_engine_that_keeps_dying_ends_with_3(run, captions, monkeypatch):
    def dies(*arguments, **options):
        raise EngineError("3 generations in a row failed, so I stopped")

    monkeypatch.setattr(runs, "run", dies)
    code, _, err = run("run", captions)
    assert code == 3 and "so I stopped" in err


def test_the_line_shows_pace_and_what_is_left():
    line = RunLine()
    line.show(Progress(60, 20, 210, seconds=60, caption="a mug", seed=1, bricks=7, refused=2))
    text = line.line().plain
    assert "60 of 210   40 captions per minute   4 min left   2 refused" in text
    assert text.endswith("\na mug, seed 1: 7 bricks")
    assert text.count("▄") + text.count("#") == 5


def test_a_notebook_shows_the_same(monkeypatch):
    shown = Progress(60, 20, 210, seconds=60, caption="<b>", seed=1)._repr_html_()
    assert "60 of 210" in shown and "&lt;b&gt;" in shown and "<b>" not in shown


def test_the_model_is_examined(run, monkeypatch):
    monkeypatch.setattr(exam, "Examiner", partial(exam.Examiner, gallery=4, taught=4))
    code, out, err = run("model", "--count", "2", "--drafts", "1")
    assert code == 0
    assert "held-out, 2 answers" in out and "people, 2 answers" in out
    assert "category, nearest shape" in out and "wishes fulfilled" in out
    assert "2 of 2" in err
    code, out, _ = run("model", "--set", "people", "--count", "1", "--drafts", "1", "--json")
    assert code == 0
    (answer,) = json.loads(out)["people"]["answers"]
    assert answer["category"] == answer["understood"] == "basket"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "all"), "expected a set of held-out, people, got 'all'"),
        (("--count", "0"), "expected at least 1 caption, got 0"),
        (("--count", "1", "--drafts", "0"), "expected at least 1 draft, got 0"),
        (("--count", "1", "--model", "nowhere"), "nowhere"),
    ],
)
def test_an_exam_that_cannot_be_held(run, monkeypatch, arguments, said):
    monkeypatch.setattr(exam, "Examiner", partial(exam.Examiner, gallery=1, taught=1))
    code, out, err = run("model", *arguments)
    assert code in (2, 3) and said in err and "Traceback" not in err and out == ""
