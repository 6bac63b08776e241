"""Runs: real generations, killed and resumed; what dies in the middle does not take more along.

Nothing here waits for a time: it waits for a state, with a bound.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import legolab as ll
from legolab.errors import EngineError, FileError, InputError, ModelError
from legolab.evaluation import runs
from legolab.evaluation.captions import Caption
from legolab.generation.engine import Engine
from tests.generation.tiny import write_tiny_model

posix = pytest.mark.skipif(os.name != "posix", reason="signals and Unix sockets")

CHAIR, BENCH, DOG = Caption("a chair"), Caption("a park bench", "bench", "b"), Caption("a dog")
FEW = {"max_bricks": 3}


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


@pytest.fixture
def run(engine, tmp_path):
    """A small run on an engine that is warm; what was told of it."""

    def run(captions=(CHAIR, BENCH), seeds=(0, 1), engine=engine, tell=None, **options):
        told = []

        def listen(progress):
            told.append(progress)
            if tell is not None:
                tell(progress)

        options = FEW | options
        runs.run(list(captions), tmp_path, seeds=seeds, engine=engine, tell=listen, **options)
        return told

    return run


class Dying:
    """An engine whose process dies over some captions, so many times each."""

    def __init__(self, engine, deaths):
        self.engine, self.deaths = engine, dict(deaths)
        self.asked = []

    def ready(self):
        return self.engine.ready()

    def stream(self, request):
        self.asked.append(request.order.caption)
        if self.deaths.get(request.order.caption, 0) > 0:
            self.deaths[request.order.caption] -= 1
            raise EngineError("expected the engine to finish this request, but it is dead")
        return self.engine.stream(request)


def results(folder):
    return (folder / "results.parquet").read_bytes()


def test_a_run_is_a_table(run, tmp_path):
    told = run()
    rows = ll.runs.load(tmp_path)
    assert list(zip(rows["caption"], rows["seed"], strict=True)) == [
        ("a chair", 0),
        ("a chair", 1),
        ("a park bench", 0),
        ("a park bench", 1),
    ]
    assert list(rows["category"]) == ["", "", "bench", "bench"]
    assert set(rows["subject"]) == {"chair", "bench"}
    assert rows["valid"].all() and (rows["bricks"] == 3).all() and not rows["finished"].any()
    assert (rows["seconds"] >= rows["seconds_decode"]).all()
    assert (told[0].done, told[-1].done, told[-1].total, told[-1].kept) == (0, 4, 4, 0)
    assert told[-1].per_minute > 0 and max(progress.bricks for progress in told) >= 1


def test_its_structures_are_those_of_generate(run, tmp_path):
    run([CHAIR], [7])
    (text,) = ll.runs.load(tmp_path)["structure"]
    assert text == ll.generate("a chair", seed=7, max_bricks=3).structure.to_text()


def test_a_caption_the_model_does_not_know_is_a_row_that_is_not_valid(run, tmp_path):
    told = run([DOG, CHAIR], [0])
    dog, chair = ll.runs.load(tmp_path).itertuples()
    assert (dog.outcome, dog.valid, dog.stable) == ("refused", False, False)
    assert ll.runs.load(tmp_path)["structure"].isna().tolist() == [True, False]
    assert dog.reason.startswith('I cannot build "a dog" yet.')
    assert (chair.outcome, chair.valid) == ("built", True)
    assert (told[-1].done, told[-1].refused) == (2, 1)


def test_what_is_there_is_not_made_again(run, tmp_path):
    run([CHAIR, DOG], [0])
    before = results(tmp_path)
    silent = Dying(None, {})  # asking it for anything would be an error
    (only,) = run([CHAIR, DOG], [0], engine=silent)
    assert (only.done, only.kept, only.refused) == (2, 2, 1)
    assert results(tmp_path) == before


def test_more_seeds_and_captions_take_what_is_there(run, engine, tmp_path):
    run([CHAIR], [1])
    asks = Dying(engine, {})
    run([BENCH, CHAIR], [0, 1], engine=asks)
    assert asks.asked == ["a park bench", "a park bench", "a chair"]
    assert len(ll.runs.load(tmp_path)) == 4
    run([CHAIR], [1], engine=asks)  # the table is of what was asked last
    assert len(ll.runs.load(tmp_path)) == 1 and len(asks.asked) == 3


@pytest.mark.parametrize("other", [{"temperature": 0.9}, {"max_bricks": 4}, {"model": "tiny"}])
def test_other_settings_are_other_rows(run, engine, tmp_path, other):
    run([CHAIR], [0])
    before = results(tmp_path)
    if "model" in other:
        other = {"model": str(write_tiny_model(tmp_path / "tiny"))}
    asks = Dying(engine, {})
    run([CHAIR], [0], engine=asks, **other)
    assert asks.asked == ["a chair"]
    run([CHAIR], [0], engine=asks)
    assert len(asks.asked) == 1 and results(tmp_path) == before


def test_the_same_weights_under_another_name_are_the_same_rows(run, engine, tmp_path):
    first = write_tiny_model(tmp_path / "first")
    second = shutil.copytree(first, tmp_path / "second")
    asks = Dying(engine, {})
    run([CHAIR], [0], engine=asks, model=str(first))
    run([CHAIR], [0], engine=asks, model=str(second))
    assert len(asks.asked) == 1


@posix
def test_an_engine_killed_in_the_middle_is_asked_again(tmp_path):
    plain, killed = tmp_path / "plain", tmp_path / "killed"
    with Engine() as engine:
        runs.run([CHAIR, BENCH], plain, seeds=[0, 1], engine=engine, max_bricks=30)
        victims = []

        def kill_once(progress):
            if progress.done == 1 and progress.bricks and not victims:
                victims.append(engine.status().pid)
                os.kill(victims[0], signal.SIGKILL)

        runs.run([CHAIR, BENCH], killed, seeds=[0, 1], engine=engine, max_bricks=30, tell=kill_once)
        assert engine.ready().pid not in victims and len(victims) == 1
    assert results(killed) == results(plain)


def test_a_row_that_kills_the_engine_twice_is_kept_as_failed_and_tried_anew(run, engine, tmp_path):
    dying = Dying(engine, {"a chair": 2})
    told = run([CHAIR, BENCH], [0], engine=dying)
    assert dying.asked == ["a chair", "a chair", "a park bench"]
    assert (told[-1].done, told[-1].failed) == (2, 1)
    chair, bench = ll.runs.load(tmp_path).itertuples()
    assert (chair.outcome, chair.valid, bench.outcome) == ("failed", False, "built")
    assert "it is dead" in chair.reason
    run([CHAIR, BENCH], [0], engine=dying)
    assert dying.asked[3:] == ["a chair"]
    assert list(ll.runs.load(tmp_path)["outcome"]) == ["built", "built"]


def test_an_engine_that_always_dies_ends_the_run_and_keeps_the_rest(run, engine, tmp_path):
    run([CHAIR, BENCH], [0])
    with pytest.raises(EngineError, match="3 generations in a row failed, so I stopped; 2 of 10"):
        run([CHAIR, BENCH], range(5), engine=Dying(engine, {"a chair": 99}))
    assert not (tmp_path / "results.parquet").exists()
    rows = ll.runs.load(tmp_path)
    assert list(rows["outcome"]) == ["built", "failed", "failed", "failed", "built"]


COMMAND = [sys.executable, "-c", "from legolab.cli import main; main()", "evaluate", "run"]


def command(folder, *more):
    captions = folder.parent / "two.csv"
    captions.write_text("caption,category\na chair,chair\na park bench,bench\n", encoding="utf-8")
    options = ["--seeds", "0:2", "--max-bricks", "30", "--out", str(folder), *more]
    return [*COMMAND, str(captions), *options]


def shards(folder):
    return [file for file in folder.glob("rows/*") if not file.name.startswith(".")]


def wait_until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.002)


@posix
def test_killed_and_resumed_it_gives_the_same_bytes(tmp_path):
    plain, killed = tmp_path / "plain", tmp_path / "killed"
    subprocess.run(command(plain), check=True, capture_output=True)
    process = subprocess.Popen(command(killed), stderr=subprocess.PIPE)
    try:
        wait_until(lambda: shards(killed))
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    made = {file: file.stat().st_mtime_ns for file in shards(killed)}
    assert 1 <= len(made) < 4 and not (killed / "results.parquet").exists()
    assert len(ll.runs.load(killed)) == len(made)
    subprocess.run(command(killed), check=True, capture_output=True)
    assert results(killed) == results(plain)
    assert all(file.stat().st_mtime_ns == when for file, when in made.items())
    assert sorted(p.name for p in killed.iterdir()) == sorted(p.name for p in plain.iterdir())


@posix
def test_interrupted_it_says_so_and_goes_on(tmp_path):
    folder = tmp_path / "x"
    process = subprocess.Popen(command(folder), stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: shards(folder))
        os.kill(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    kept = len(shards(folder))
    assert f"Stopped. {kept} of 4 are kept. The same command goes on from there." in complaint
    assert "Traceback" not in complaint
    done = subprocess.run(command(folder, "--json"), check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["rows"] == 4
    assert f"{kept} of 4" in done.stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seeds": [-1]}, "expected seeds from 0"),
        ({"seeds": [2**32]}, "expected seeds from 0"),
        ({"seeds": []}, "at least one caption and one seed"),
        ({"seeds": [1, 1]}, "every seed once"),
        ({"seeds": range(10**8)}, "at most 1,000,000 generations"),
        ({"captions": [CHAIR, CHAIR]}, "every caption once"),
        ({"temperature": 0.0}, "expected a temperature"),
        ({"temperature": float("nan")}, "expected a temperature"),
        ({"max_bricks": 0}, "at least 1 brick"),
        ({"limit": 0}, "a limit of at least 1"),
    ],
)
def test_what_cannot_be_used_is_refused_before_a_folder_is_made(tmp_path, options, words):
    folder = tmp_path / "x"
    with pytest.raises(InputError, match=words):
        runs.run(**{"captions": [CHAIR], "out": folder} | options)
    assert not folder.exists()


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="expected a model in"):
        runs.run([CHAIR], tmp_path / "x", model=str(tmp_path / "none"))
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FileError, match="cannot write"):
        runs.run([CHAIR], tmp_path / "file" / "x")


@pytest.mark.parametrize("text", ["", "a", "3:1", "1:1", "1,,2", ":", "1:b", "1.5"])
def test_seeds_that_are_none(text):
    with pytest.raises(InputError, match="expected seeds such as"):
        runs.run([CHAIR], "x", seeds=text)


def test_paths_and_seeds_may_be_written_as_words(engine, tmp_path):
    (tmp_path / "c.csv").write_text("caption\na chair\n", encoding="utf-8")
    folder = runs.run(f"{tmp_path}/c.csv", f"{tmp_path}/x", seeds="4:6", engine=engine, **FEW)
    runs.run(f"{tmp_path}/c.csv", folder, seeds=5, engine=Dying(None, {}), **FEW)
    assert list(ll.runs.load(str(folder))["seed"]) == [5]


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(FileError, match="expected a run in"):
        ll.runs.load(tmp_path)
    (tmp_path / "run.json").write_text('{"schema": "legolab.run/9"}', encoding="utf-8")
    with pytest.raises(FileError, match=r"expected .* of legolab.run/1, got legolab.run/9"):
        ll.runs.load(tmp_path)
    (tmp_path / "run.json").write_text("[]", encoding="utf-8")
    with pytest.raises(FileError, match="is not what a run leaves"):
        ll.runs.load(tmp_path)


def test_a_run_that_has_not_begun_is_an_empty_table(run, tmp_path):
    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tell=stop)
    rows = ll.runs.load(tmp_path)
    assert len(rows) == 0 and {"caption", "stable", "seconds"} <= set(rows.columns)


def test_a_damaged_table_is_said_in_words(run, tmp_path):
    run([CHAIR], [0])
    (tmp_path / "results.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileError, match="cannot be read"):
        ll.runs.load(tmp_path)


@pytest.mark.parametrize("missing", ["pandas", "pyarrow"])
def test_without_the_extra_it_says_what_to_install(missing, tmp_path):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import legolab as ll\n"
        "try: ll.runs.load('x')\n"
        "except ll.LegolabError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = f"This needs {missing}, not installed here: pip install 'legolab[evaluate]'"
    assert run.stdout.strip() == expected


def test_the_front_door_loads_no_pandas():
    code = "import sys, legolab as ll; ll.runs; print('pandas' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
