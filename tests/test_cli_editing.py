"""The command line's edit and compose, and what generate is given: bricks, or a sentence and 2."""

import json
import os
import sys
from pathlib import Path

import pytest

import legolab as ll
from legolab import cli
from legolab.artefacts import model_in, read_folder
from legolab.errors import InputError

STACK = "2x4 (0,16,0)\n2x4 (0,16,1)\n"
QUICK = ("--seed", "1", "--drafts", "1", "--max-bricks", "12")
FILES = ["model.ldr", "model.txt", "preview.png", "report.json"]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["legolab", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def refused(run):
    """Run what is no good: it ends with 2 and one sentence, and writes nothing."""

    def refused(*arguments):
        before = sorted(os.listdir())
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert "Traceback" not in err and "bug in legolab" not in err
        assert sorted(os.listdir()) == before
        return err

    return refused


def built(run, *options):
    """A small tower in a folder of its own."""
    code, out, err = run("generate", "a tower", *QUICK, "--json", *options)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_generate_takes_fields_paint_and_drafts(run):
    document = built(
        run, *("--set", "shape=round", "--set", "width=6"), *("--paint", "whole=red"), "--force"
    )
    assert {"shape round", "width 6"} <= set(document["description"].split(", "))
    assert document["paint"] == {"whole": 4}
    assert document["trace"]["drafts"] == 1
    colors = ll.BrickStructure.load(Path(document["folder"]) / "model.ldr").colors
    assert set(colors) == {4}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.csv", "part;quantity;colour\n2x4;3;red\n1x1;9;\n9999;4;\n"),
        ("mine.json", '{"2x4 red": 3, "1x1": 9}'),
    ],
)
def test_generate_uses_no_more_than_the_bricks_there_are(run, name, text):
    Path(name).write_text(text, encoding="utf-8-sig")
    document = built(run, "--inventory", name)
    assert document["parts"].get("2x4", 0) <= 3 and document["parts"].get("1x1", 0) <= 9
    assert set(document["parts"]) <= {"2x4", "1x1"}
    assert document["missing"]
    assert any("inventory" in note for note in document["notes"])
    assert any("9999" in note for note in document["notes"]) == (name == "mine.csv")


@pytest.mark.parametrize("suffix", [".txt", ".ldr", ".mpd"])
def test_generate_goes_on_from_a_half_built_model(run, suffix):
    half = ll.BrickStructure.from_text(STACK)
    half.save(f"half{suffix}")
    document = built(run, "--start", f"half{suffix}")
    assert document["kept"] == 2
    lines = Path(document["folder"], "model.txt").read_text().splitlines()
    assert lines[:2] == STACK.splitlines() and 2 < len(lines) <= 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "wings=2"], "expected a field of a tower"),
        (["--set", "width=21"], "expected width from 1 to 20, got 21"),
        (["--set", "width=0"], "expected width from 1 to 20, got 0"),
        (["--set", "width=-3"], "got '-3'"),
        (["--set", "width=nan"], "got 'nan'"),
        (["--set", f"width={'9' * 5000}"], "expected width from 1 to 20"),
        (["--set", "shape=oblong"], "expected shape round or square, got 'oblong'"),
        (["--set", "shape"], "expected --set NAME=VALUE, got shape"),
        (["--set", "=round"], "expected --set NAME=VALUE"),
        (["--set", "shape="], "expected --set NAME=VALUE"),
        (["--paint", "wings=red"], "expected a part of a tower to paint (whole, stripes, roof"),
        (["--paint", "whole=loud"], "expected a colour by name or LDraw code, got 'loud'"),
        (["--paint", "red"], "expected --paint NAME=VALUE, got red"),
        (["--drafts", "0"], "--drafts"),
        (["--drafts", "two"], "--drafts"),
        (["--inventory", "none.csv"], "there is no such file"),
        (["--inventory", "."], "expected a file, got a folder"),
        (["--inventory", "ragged.csv"], "expected 2 columns in line 3 of ragged.csv, got 1"),
        (["--inventory", "headless.csv"], "expected the headings part and quantity"),
        (["--inventory", "empty.csv"], "got an empty file"),
        (["--inventory", "minus.csv"], "got '-1' for line 2 of minus.csv"),
        (["--inventory", "other.csv"], "expected an inventory of at least one brick"),
        (["--inventory", "long.csv"], "expected a CSV of parts in long.csv"),
        (["--inventory", "nan.json"], "got nan for '2x4'"),
        (["--inventory", "deep.json"], "expected JSON in deep.json"),
        (["--start", "none.ldr"], "there is no such file"),
        (["--start", "half.docx"], "expected a file ending in .txt, .ldr, .mpd"),
        (["--start", "collides.txt"], "line 2: expected free cells"),
        (["--start", "outside.txt"], "line 1: expected a brick inside the 20x20x20 world"),
        (["--start", "comment.txt"], "got no bricks"),
        (["--start", "empty.csv"], "expected a file ending in"),
    ],
    ids=lambda value: value[1][:20] if isinstance(value, list) else "",
)
def test_options_that_are_no_good_are_named_in_a_sentence(refused, options, message):
    for name, text in {
        "ragged.csv": "part,quantity\n3001,2\n3001\n",
        "headless.csv": "3001,2\n",
        "empty.csv": "\n",
        "minus.csv": "part,quantity\n3001,-1\n",
        "other.csv": "part,quantity\n9999,4\n",
        "long.csv": f"part,quantity\n{'x' * 200_000},1\n",
        "nan.json": '{"2x4": NaN}',
        "deep.json": "[" * 50_000,
        "half.docx": "words",
        "collides.txt": "2x4 (0,0,0)\n2x4 (0,0,0)\n",
        "outside.txt": "2x4 (18,17,0)\n",
        "comment.txt": "# nothing\n",
    }.items():
        Path(name).write_text(text)
    err = refused("generate", "a tower", *QUICK[:2], *options)
    # What Typer itself refuses comes in a frame.
    assert message in err and (err.count("\n") == 1 or "--drafts" in err)


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("a chair 2x4 (0,0,0)", "expected words, got the brick 2x4 (0,0,0)"),
        ("椅子", "I cannot build"),
        ("🪑", "I know: basket"),
    ],
)
def test_captions_that_are_no_good_are_refused_in_a_sentence(refused, caption, message):
    assert message in refused("generate", caption)


def test_what_a_caption_cannot_have_is_told(run):
    _, out, _ = run("generate", "a tower with 90 tiers", *QUICK)
    assert "one, two, three or four tiers, not 90; I took four" in " ".join(out.split())


def test_edit_changes_a_model_and_leaves_the_old_one(run):
    first = built(run)
    code, out, err = run("edit", first["folder"], "make it red", "--json")
    second = json.loads(out)
    assert (code, err) == (0, "")
    assert second["folder"] == "a-tower-make-it-red-seed1"
    assert sorted(os.listdir(first["folder"])) == sorted(os.listdir(second["folder"])) == FILES
    assert second["paint"] == {"whole": 4}
    assert second["description"] == first["description"]
    assert second["notes"][0] == "Changed: all in red."
    assert second["parts"] == first["parts"]


def test_an_edit_can_be_edited(run):
    first = built(run, "--set", "tiers=one", "--set", "top=flat")
    _, out, _ = run("edit", first["folder"], "red and white", "--json", "--out", "second")
    second = json.loads(out)
    _, out, _ = run("edit", second["folder"], "make it wider", "--json", "--drafts", "1")
    third = json.loads(out)
    assert third["paint"] == second["paint"] == {"whole": 4, "stripes": 15}
    assert third["notes"][0].startswith("Changed: width from ")
    assert third["caption"] == "a tower"


def test_edit_keeps_what_is_there_unless_forced(run, refused):
    first = built(run)
    assert run("edit", first["folder"], "make it red")[0] == 0
    assert "is already there and is kept" in refused("edit", first["folder"], "make it red")
    assert run("edit", first["folder"], "make it red", "--force")[0] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("make it dance", "I cannot change that of this tower"),
        ("", "got nothing"),
        ("🙂", "I cannot change that of this tower"),
        ("高く", "I cannot change that of this tower"),
        ("x" * 1001, "at most 1,000 characters"),
        ("2x4 (0,0,0)", "expected words, got the brick"),
    ],
)
def test_a_change_that_is_not_understood_is_refused(run, refused, change, message):
    folder = built(run)["folder"]
    err = refused("edit", folder, change)
    assert message in err and err.count("\n") == 1


def test_edit_wants_a_folder_that_legolab_wrote(run, refused):
    assert "there is no such file" in refused("edit", "nothing", "make it red")
    Path("file.txt").write_text(STACK)
    assert "cannot read" in refused("edit", "file.txt", "make it red")
    folder = Path(built(run)["folder"])
    document = json.loads((folder / "report.json").read_text())
    for damage in (
        {"schema": "other/1"},
        {"caption": 5},
        {"seed": "x"},
        {"seed": True},
        {"paint": ["red"]},
        {"paint": {"wings": 4}},
        {"description": "chair"},
        {"description": 5},
    ):
        (folder / "report.json").write_text(json.dumps(document | damage))
        assert "expected" in refused("edit", str(folder), "make it blue"), damage
    for text in ("[]", "5", "{", "[" * 50_000, '"schema"'):
        (folder / "report.json").write_text(text)
        assert "expected a model that legolab built" in refused("edit", str(folder), "red"), text
    (folder / "report.json").write_text(json.dumps(document))
    (folder / "model.txt").unlink()
    assert "there is no such file" in refused("edit", str(folder), "make it red")


def test_a_folder_is_read_as_what_the_generator_takes(run):
    document = built(run, "--paint", "whole=red")
    options = read_folder(Path(document["folder"]))
    assert (options["caption"], options["seed"], options["paint"]) == ("a tower", 1, {"whole": 4})
    assert len(options["start"]) == document["bricks"]
    assert options["fields"]["width"] == int(
        document["description"].split("width ")[1].split(",")[0]
    )


@pytest.mark.parametrize("name", ["row.ldr", "row.mpd", "row.txt", "row.png"])
def test_compose_sets_models_beside_each_other(run, name):
    Path("one.txt").write_text(STACK)
    ll.BrickStructure.from_text(STACK).with_colors([4, 4]).save("two.ldr")
    code, out, err = run("compose", "one.txt", "two.ldr", "--out", name, "--gap", "3")
    assert (code, err) == (0, "")
    assert "Stands" in out and out.endswith(f"{name}\n")
    if name == "row.ldr":
        row = ll.BrickStructure.load(name)
        assert {b.x for b in row} == {0, 5}
        assert sorted(row.colors) == [4, 4, 73, 73]


def test_compose_takes_folders_and_sets_models_upon_each_other(run):
    folder = built(run)["folder"]
    Path("one.txt").write_text(STACK)
    assert run("compose", folder, "one.txt", "--upon", "--out", "high.txt")[0] == 0
    assert len(ll.BrickStructure.load("high.txt")) == len(model_in(Path(folder))) + 2


def test_what_was_composed_can_be_composed_again_however_wide(run):
    Path("one.txt").write_text(STACK)
    assert run("compose", *["one.txt"] * 8, "--out", "row.ldr")[0] == 0
    code, out, _ = run("compose", "row.ldr", "row.ldr", "--upon", "--out", "rows.ldr")
    assert code == 0 and "30 by 20 studs" in out
    assert len(model_in(Path("rows.ldr"))) == 32


def test_compose_ends_with_1_when_it_does_not_stand(run):
    Path("falls.txt").write_text("2x4 (0,0,0)\n1x1 (5,5,3)\n")
    Path("one.txt").write_text(STACK)
    code, out, _ = run("compose", "falls.txt", "one.txt", "--out", "row.ldr")
    assert code == 1 and "Falls" in out and Path("row.ldr").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "row.ldr"], "Missing argument"),
        (["one.txt"], "--out"),
        (["none.txt", "--out", "row.ldr"], "there is no such file"),
        (["empty.txt", "--out", "row.ldr"], "got an empty file"),
        (["comment.txt", "--out", "row.ldr"], "got no bricks"),
        (["folder", "--out", "row.ldr"], "there is no such file"),
        (["one.docx", "--out", "row.ldr"], "expected a file ending in"),
        (["collides.txt", "--out", "row.ldr"], "line 2: expected free cells"),
        (["one.txt", "--out", "row.docx"], "expected a file ending in"),
        (["one.txt", "--out", "one.txt"], "cannot write one.txt"),
        (["one.txt", "--out", "row.ldr", "--gap", "-1"], "--gap"),
        (["one.txt", "--out", "row.ldr", "--gap", "1.5"], "--gap"),
        (["one.txt", "--out", "row.ldr", "--gap", "100000"], "a gap of 0 to 1000 studs"),
        (["one.txt", "--out", "row.ldr", "--backend", "abacus"], "expected one of the backends"),
        (["one.txt"] * 101 + ["--out", "row.ldr"], "1 to 100 models to compose, got 101"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, list) else "",
)
def test_compose_refuses_what_cannot_be_put_together(refused, arguments, message):
    for name, text in {
        "one.txt": STACK,
        "empty.txt": "",
        "comment.txt": "# nothing\n",
        "one.docx": STACK,
        "collides.txt": "2x4 (0,0,0)\n2x4 (0,0,0)\n",
    }.items():
        Path(name).write_text(text)
    Path("folder").mkdir()
    assert message in refused("compose", *arguments)


def test_a_model_in_a_file_is_read_with_its_reasons(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        model_in(tmp_path / "nothing.ldr")
    (tmp_path / "wide.txt").write_text("2x4 (900000,0,0)\n")
    assert model_in(tmp_path / "wide.txt").to_text() == "2x4 (900000,0,0)\n"
