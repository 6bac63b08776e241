"""The command line: what it prints, what it writes, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import legolab as ll
from legolab import cli, console
from legolab.errors import CaptionError, SolverError
from legolab.generation.features import Difference
from legolab.generation.result import BrickPlaced, Finished, RolledBack, Started, Trimmed

STABLE = "2x4 (0,0,0)\n2x2 (1,1,1)\n"
FALLS = "2x4 (0,0,0)\n1x1 (5,5,3)\n"
FILES = ["model.ldr", "model.txt", "preview.png", "report.json"]


def fake_stream(caption, seed=None, temperature=1.0, max_bricks=None, backend="auto", text=STABLE):
    """Two bricks, one of them placed twice."""
    if caption == "a dog":
        raise CaptionError("I know no dog. The nearest I know is a chair.")
    seed = 11 if seed is None else seed
    notes = ("I took couch to mean sofa.",)
    yield Started(caption, "sofa, arms two", seed, notes)
    structure = ll.BrickStructure.from_text(text)
    yield BrickPlaced(0, structure[0])
    yield BrickPlaced(1, structure[1])
    yield RolledBack(1, "falls")
    yield BrickPlaced(1, structure[1])
    trace = SimpleNamespace(
        rollbacks=1,
        trimmed=0,
        pruned=0,
        finished=max_bricks is None,
        seconds={"load": 0.1, "decode": 0.2},
        to_json=lambda: {"rollbacks": 1},
    )
    yield Finished(
        SimpleNamespace(
            caption=caption,
            description="sofa, arms two",
            notes=notes,
            seed=seed,
            structure=structure,
            report=ll.analyze(structure, backend=backend),
            trace=trace,
            differences=(Difference("arms", "two", "none"),),
            paint={"whole": 4},
            kept=0,
            missing={},
        )
    )


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("legolab.generation.generator.stream", fake_stream)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["legolab", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return run


def shell(*arguments, cwd, **options):
    """Run it for real, in a process of its own."""
    command = [sys.executable, "-c", "from legolab.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **options)


def test_generate_writes_one_folder_named_after_caption_and_seed(run):
    code, _, err = run("generate", "A couch", "--seed", "7")
    assert (code, err) == (0, "")
    assert os.listdir() == ["a-couch-seed7"]
    assert sorted(os.listdir("a-couch-seed7")) == FILES
    assert Path("a-couch-seed7/model.txt").read_text() == STABLE
    assert list(ll.BrickStructure.load("a-couch-seed7/model.ldr")) == list(
        ll.BrickStructure.from_text(STABLE)
    )


def test_generate_closes_with_a_table(run):
    _, out, _ = run("generate", "a couch")
    for words in (
        "Interpreted as: sofa, arms two, red",
        "It came out with arms none instead of two.",
        "I took couch to mean sofa.",
        "Stands",
        "2 in 2 layers",
        "1 × 2x2, 1 × 2x4",
        "weakest brick",
        "safety factor",
        "1 time",
        "0 bricks",
        "load 0.1, decode 0.2, files ",
        "a-couch-seed11/preview.png",
    ):
        assert words in out


def test_a_model_that_was_cut_short_says_so(run):
    _, out, _ = run("generate", "a couch", "--max-bricks", "2")
    assert "It had more to build than the bricks it was allowed." in out


def test_generate_prints_one_json_document_and_writes_the_same(run):
    code, out, _ = run("generate", "a couch", "--json", "--out", "models")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "legolab.generation/1"
    assert document["report"]["verdict"] == "stable"
    assert document["parts"] == {"2x2": 1, "2x4": 1}
    assert document["folder"] == str(Path("models/a-couch-seed11"))
    assert sorted(Path(file).name for file in document["files"]) == FILES
    written = json.loads(Path("models/a-couch-seed11/report.json").read_text())
    assert {key: document[key] for key in written} == written


def test_the_verdict_is_in_the_ldraw_file(run):
    run("generate", "a couch")
    text = Path("a-couch-seed11/model.ldr").read_text()
    assert text.startswith("0 a couch\n")
    assert "0 // Stands" in text


def test_an_existing_folder_is_kept_unless_forced(run):
    run("generate", "a couch")
    Path("a-couch-seed11/mine.txt").write_text("mine")
    code, out, err = run("generate", "a couch")
    assert (code, out) == (2, "")
    assert err == "a-couch-seed11 is already there and is kept; use --force to replace it\n"
    assert Path("a-couch-seed11/mine.txt").exists()
    assert run("generate", "a couch", "--force")[0] == 0
    assert sorted(os.listdir("a-couch-seed11")) == FILES


def test_an_existing_folder_is_seen_before_the_first_brick(run, monkeypatch):
    def never_a_brick(caption, seed, backend):
        yield Started(caption, "sofa", seed, ())
        raise AssertionError("a brick was asked for")

    monkeypatch.setattr("legolab.generation.generator.stream", never_a_brick)
    Path("a-couch-seed7").mkdir()
    assert run("generate", "a couch", "--seed", "7")[0] == 2


def test_a_caption_that_is_refused_is_said_in_one_sentence(run):
    code, out, err = run("generate", "a dog")
    assert (code, out, err) == (2, "", "I know no dog. The nearest I know is a chair.\n")
    assert os.listdir() == []


def test_markup_in_a_caption_is_only_text(run):
    _, out, _ = run("generate", "[bold]a couch[/] :smile:")
    assert "[bold]a couch[/] :smile:" in out


def test_an_unstable_model_is_written_and_ends_with_1(run, monkeypatch):
    falling = partial(fake_stream, text=FALLS)
    monkeypatch.setattr("legolab.generation.generator.stream", falling)
    code, out, _ = run("generate", "a couch")
    assert code == 1
    assert "Falls at brick 2" in out
    assert sorted(os.listdir("a-couch-seed11")) == FILES


@pytest.mark.parametrize(
    "options",
    [
        ("--temperature", "hot"),
        ("--max-bricks", "0"),
        ("--seed", "-1"),
        ("--seed", "seven"),
        ("--nonsense",),
        ("and", "more"),
    ],
)
def test_a_bad_option_ends_with_2_and_is_named(run, options):
    code, out, err = run("generate", "a couch", *options)
    assert (code, out) == (2, "")
    assert options[0] in err
    assert "Traceback" not in err
    assert os.listdir() == []


def test_a_bug_of_ours_ends_with_70_and_tells_how_to_see_it(run, monkeypatch):
    def broken(caption, backend):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("legolab.generation.generator.stream", broken)
    code, out, err = run("generate", "a couch")
    assert (code, out) == (70, "")
    assert err == (
        "This is a bug in legolab: ZeroDivisionError: by zero. "
        "Set LEGOLAB_DEBUG=1 to see where it happened.\n"
    )
    monkeypatch.setenv("LEGOLAB_DEBUG", "1")
    assert "Traceback" in run("generate", "a couch")[2]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_leaves_no_folder_and_ends_with_130(tmp_path):
    slow = textwrap.dedent("""
        import signal, sys, time
        from legolab import Brick
        from legolab.cli import main
        from legolab.generation import generator, result

        # A shell that runs the tests in the background has its children ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def stream(caption, backend):
            yield result.Started(caption, "chair", 1, ())
            yield result.BrickPlaced(0, Brick(2, 4, 0, 0, 0))
            print("growing", flush=True)
            time.sleep(60)

        generator.stream = stream
        sys.argv = ["legolab", "generate", "a chair", "--out", "models"]
        main()
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", slow],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "growing\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err) == ("", "Stopped before the model was finished; nothing was written.\n")
    assert os.listdir(tmp_path) == []


def test_bricks_are_counted_as_they_come():
    counter = console.BrickCounter()
    low, high = ll.Brick(2, 4, 0, 0, 0), ll.Brick(2, 4, 0, 0, 1)
    for event in (BrickPlaced(0, low), BrickPlaced(1, high), BrickPlaced(2, high)):
        counter.show(event)
    assert re.search(r"3 bricks   layer 2   \d+\.\d s", counter.line().plain)
    counter.show(RolledBack(2, "falls"))
    assert re.search(r"2 bricks   layer 2   \d+\.\d s   back to brick 2", counter.line().plain)
    counter.show(Trimmed(1))
    assert "1 brick   layer 1 " in counter.line().plain


@pytest.mark.parametrize(("text", "code", "words"), [(STABLE, 0, "Stands"), (FALLS, 1, "Falls at")])
def test_check_tells_and_ends_by_the_verdict(run, text, code, words):
    Path("model.txt").write_text(text)
    ended, out, err = run("check", "model.txt")
    assert (ended, err) == (code, "")
    assert words in out
    ended, out, err = run("check", "model.txt", "--json", "--strict")
    assert (ended, err) == (code, "")
    assert json.loads(out)["schema"] == "legolab.report/1"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--ground", "table"], 1),
        (["--load", "2=0.005"], 0),
        (["--load", "2=0.05", "--load", "1=1", "--mass", "2=2"], 1),
        (["--load", "2=0.005", "--capacity", "0.01"], 1),
        (["--rotate"], 0),
    ],
)
def test_check_takes_other_physics(run, options, code):
    Path("model.txt").write_text("1x1 (0,0,0)\n4x2 (0,0,1)\n")
    assert run("check", "model.txt", *options)[0] == code


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--load", "2"], 2, "expected --load as BRICK=KG, such as 12=0.2, got '2'"),
        (["--load", "3=1"], 2, "expected --load for a brick 1 to 2, got brick 3"),
        (["--load", "2=-1"], 2, "-1"),
        (["--mass", "2=nan"], 2, "nan"),
        (["--capacity", "0"], 2, "capacity"),
        (["--ground", "sand"], 2, "expected ground 'baseplate' or 'table', got 'sand'"),
        (["--time-limit", "1e-9"], 3, "time limit"),
    ],
)
def test_check_says_what_is_wrong_with_other_physics(run, options, code, words):
    Path("model.txt").write_text("1x1 (0,0,0)\n4x2 (0,0,1)\n")
    ended, out, err = run("check", "model.txt", *options)
    assert (ended, out) == (code, "")
    assert words in err


def test_check_takes_a_world_of_any_size(run):
    Path("model.txt").write_text("2x4 (40,40,0)\n")
    assert run("check", "model.txt", "--world", "48x48x30")[0] == 0
    code, _, err = run("check", "model.txt")
    assert code == 2
    assert err == "line 1: expected a brick inside the 20x20x20 world, got 2x4 (40,40,0)\n"
    code, _, err = run("check", "model.txt", "--world", "48")
    assert code == 2
    assert "expected --world such as 20x20x20" in err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.txt", None, "there is no such file"),
        ("empty.txt", b"", "got an empty file"),
        ("binary.txt", b"\x89PNG\0", "got a binary file"),
        ("model.docx", b"words", "expected a file ending in .txt, .ldr, .mpd, got .docx"),
        ("words.txt", b"2x4 (0,0,0)\nhello\n", "line 2: expected 'HxW (x,y,z)'"),
        ("collides.txt", b"2x4 (0,0,0)\n2x4 (0,0,0)\n", "line 2: expected free cells"),
        ("part.ldr", b"1 4 0 0 0 1 0 0 0 1 0 0 0 1 9999.dat\n", "9999"),
    ],
)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_file_that_is_no_good_ends_with_2_in_one_line(run, command, name, content, words):
    if content is not None:
        Path(name).write_bytes(content)
    code, out, err = run(command, name)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not Path(name).with_suffix(".png").exists()


def test_render_draws_a_picture_and_keeps_what_is_there(run):
    Path("model.txt").write_text(STABLE)
    assert run("render", "model.txt", "--size", "64") == (0, "model.png\n", "")
    drawn = Path("model.png").read_bytes()
    assert drawn.startswith(b"\x89PNG")
    assert run("render", "model.txt", "--size", "128")[0] == 2
    assert Path("model.png").read_bytes() == drawn
    assert run("render", "model.txt", "--size", "128", "--force")[0] == 0
    assert run("render", "model.txt", "--out", "other.png")[0] == 0
    assert run("render", "model.txt", "--out", "other.jpg")[0] == 2
    assert run("render", "model.txt", "--out", "third.png", "--size", "7")[0] == 2
    assert sorted(os.listdir()) == ["model.png", "model.txt", "other.png"]


def test_every_kind_of_model_file_is_checked_and_drawn_alike(run):
    structure = ll.BrickStructure.from_text(STABLE)
    pictures = set()
    for name in ("model.txt", "model.ldr", "model.mpd"):
        structure.save(name)
        assert run("check", name)[0] == 0
        assert run("render", name, "--size", "64", "--force")[0] == 0
        pictures.add(Path("model.png").read_bytes())
    assert len(pictures) == 1


def test_lab_copies_the_notebooks_and_keeps_changed_ones(run):
    code, out, _ = run("lab", "--no-start", "--folder", "mine")
    assert code == 0
    assert str(Path("mine/01_first_model.ipynb")) in out
    Path("mine/01_first_model.ipynb").write_text("changed")
    assert run("lab", "--no-start", "--folder", "mine")[0] == 0
    assert Path("mine/01_first_model.ipynb").read_text() == "changed"


@pytest.mark.parametrize(
    ("command", "libraries", "extra"),
    [("lab", "jupyterlab and ipykernel", "notebook"), ("train", "torch and transformers", "train")],
)
def test_a_missing_extra_is_named(run, monkeypatch, command, libraries, extra):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    said = f"This needs {libraries}, not installed here: pip install 'legolab[{extra}]'\n"
    assert run(command) == (2, "", said)


def test_train_hands_its_options_over(run, monkeypatch):
    pytest.importorskip("torch")
    from legolab.training import train

    seen = []

    def fake_train(out, recipe, resume, start, processes, report):
        gauge = train.Gauge(own=0.5, bare=2.0, other=4.0)
        report(train.Progress("training", 0.5, 20, 1.25, 6000, 9000.0, 30.0, gauge))
        seen.append((out, recipe, resume, start, processes))
        return out / "model"

    monkeypatch.setattr(train, "train_model", fake_train)
    code, out, err = run(
        "train", "--out", "here", "--minutes", "2", "--seed", "5", "--resume", "--start", "m"
    )
    assert (code, out) == (0, f"{Path('here/model')}\n")
    assert seen == [(Path("here"), train.Recipe(seed=5, minutes=2.0), True, Path("m"), 1)]
    assert "training 50%   loss 1.25   9,000 tokens/s   30 min" in err
    assert "own 0.50, bare 2.00, other 4.00" in err
    assert run("train", "--minutes", "0")[0] == 2


def test_train_has_the_defaults_of_the_recipe(run, monkeypatch):
    pytest.importorskip("torch")
    from legolab.training import train

    seen = []
    monkeypatch.setattr(
        train, "train_model", lambda out, recipe, **rest: seen.append(recipe) or out
    )
    assert run("train")[0] == 0
    assert seen == [train.Recipe()]


def test_version_and_help(run):
    assert run("--version") == (0, f"legolab {ll.__version__}\n", "")
    assert all(name in run("--help")[1] for name in ("generate", "check", "render", "train", "lab"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_reader_that_leaves_is_no_error(tmp_path):
    (tmp_path / "model.txt").write_text(STABLE)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from legolab.cli import main; main()", "check", "model.txt"]
    with os.fdopen(writer, "wb") as gone:
        run = subprocess.run(command, cwd=tmp_path, stdout=gone, stderr=subprocess.PIPE)
    assert (run.returncode, run.stderr) == (141, b"")


def test_a_terminal_that_knows_only_ascii_is_served(tmp_path):
    (tmp_path / "model.txt").write_text(STABLE)
    run = shell("check", "model.txt", cwd=tmp_path, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert (run.returncode, run.stderr) == (0, "")


def test_generate_for_real(tmp_path):
    """The shipped model, twice with one seed: a stable chair, the same both times."""
    first = shell("generate", "a chair", "--seed", "3", "--json", "--out", "one", cwd=tmp_path)
    second = shell("generate", "a chair", "--seed", "3", "--out", "two", cwd=tmp_path)
    assert (first.returncode, first.stderr) == (second.returncode, second.stderr) == (0, "")
    assert json.loads(first.stdout)["report"]["verdict"] == "stable"
    for name in ("preview.png", "model.ldr", "model.txt"):
        one, two = (tmp_path / folder / "a-chair-seed3" / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    check = shell("check", str(tmp_path / "one" / "a-chair-seed3" / "model.ldr"), cwd=tmp_path)
    assert check.returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [""],
        ["   "],
        ["x" * 1001],
        ["a dog"],
        ["a chair", "--temperature", "0"],
        ["a chair", "--temperature", "nan"],
        ["a chair", "--seed", "4294967296"],
    ],
    ids=lambda arguments: arguments[-1][:10] or "empty",
)
def test_requests_that_are_no_good_for_real(tmp_path, arguments):
    run = shell("generate", *arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_unverified_is_marked_in_every_file(run):
    code, out, _ = run("generate", "a couch", "--backend", "unverified")
    assert code == 3
    assert "UNVERIFIED: no solver looked at it" in out
    folder = Path("a-couch-seed11")
    assert (folder / "model.txt").read_text().startswith("# UNVERIFIED")
    assert list(ll.BrickStructure.load(folder / "model.txt")) == list(
        ll.BrickStructure.from_text(STABLE)
    )
    assert "0 // UNVERIFIED" in (folder / "model.ldr").read_text()
    report = json.loads((folder / "report.json").read_text())
    assert report["report"]["verdict"] == "UNVERIFIED"
    assert run("generate", "a couch", "--seed", "2")[0] == 0
    marked, plain = (Image.open(path / "preview.png") for path in (folder, Path("a-couch-seed2")))
    band = np.asarray(marked)[512, 512]
    assert (np.asarray(marked) != np.asarray(plain)).any(axis=2).mean() > 0.1, band


def test_backends_lists_every_solver_with_its_time(run):
    code, out, _ = run("backends", "--json")
    found = {entry["state"]["name"]: entry for entry in json.loads(out)["backends"]}
    assert code == 0 and list(found) == [
        "fast",
        "highs",
        "ortools",
        "ortools-highs",
        "gurobi",
        "unverified",
    ]
    assert found["highs"]["milliseconds"] > 0 and found["unverified"]["milliseconds"] is None
    table = run("backends")[1]
    assert "HiGHS, free (MIT)" in table and " ms" in table


@pytest.mark.parametrize(("text", "code"), [(STABLE, 0), (FALLS, 1)])
def test_compare_puts_a_file_through_every_solver(run, text, code):
    Path("model.txt").write_text(text)
    ended, out, _ = run("compare", "model.txt", "--json")
    (document,) = json.loads(out)["files"]
    assert ended == code
    assert document["verdict"] == ("unstable" if code else "stable")
    assert document["objective_spread"] < 1e-9 and document["score_spread"] < 1e-5
    assert {entry["backend"] for entry in document["backends"]} >= {"highs", "ortools"}
    assert "largest score" in run("compare", "model.txt")[1]


def test_compare_says_when_solvers_disagree_and_when_nobody_can_tell(run, monkeypatch):
    from legolab.stability import comparison

    Path("model.txt").write_text(STABLE)
    real = comparison.analyze

    def odd(structure, backend, time_limit):
        if backend == "ortools":
            structure = ll.BrickStructure.from_text(FALLS)
        return real(structure, backend="highs", time_limit=time_limit)

    monkeypatch.setattr(comparison, "analyze", odd)
    code, out, _ = run("compare", "model.txt")
    assert code == 3 and "They disagree" in out

    def failing(structure, backend, time_limit):
        raise SolverError("it ran into the time limit")

    monkeypatch.setattr(comparison, "analyze", failing)
    code, out, _ = run("compare", "model.txt")
    assert code == 3 and "could not tell" in out and "it ran into the time limit" in out


def test_an_unknown_backend_is_refused(run):
    Path("model.txt").write_text(STABLE)
    code, _, err = run("check", "model.txt", "--backend", "abacus")
    assert code == 2 and "expected one of the backends" in err
