"""The published package runs on our solvers, whichever is imported first, with no gurobipy."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from legolab import shim
from legolab.bricks import Brick, BrickStructure
from legolab.errors import InputError
from legolab.stability.analysis import analyze

UPSTREAM = Path(__file__).parent / "upstream"
LIBRARY = {"2": {"height": 2, "width": 4}, "4": {"height": 1, "width": 8}}
HIDE_GUROBI = "import sys; sys.modules['gurobipy'] = None"
FAKE_GUROBI = "import sys, types; sys.modules['gurobipy'] = types.ModuleType('gurobipy')"

CASES = """
from brickgpt.data.brick_structure import BrickStructure
stands = [(2, 4, 0, 0, 0), (4, 2, 1, 1, 1)]
assert BrickStructure(stands).is_stable()
falls = [(4, 2, 5, 5, 0), (8, 1, 8, 5, 1), *((1, 8, 15, 2, z) for z in range(2, 9))]
assert not BrickStructure(falls).is_stable()
kept = BrickStructure(falls).stable_prefix()
assert 0 < len(kept) < len(falls) and BrickStructure(kept).is_stable()
assert BrickStructure(falls).stability_scores().shape == (20, 20, 20)
import brickgpt.stability_analysis as analysis, legolab.shim as shim
assert analysis.stability_score is shim.stability_score
print("done", "gurobipy" in sys.modules and sys.modules["gurobipy"] is not None)
"""


def run(*lines: str) -> str:
    """Run a script in a fresh Python that finds the stand-in package."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        cwd=UPSTREAM,
        env={"PYTHONPATH": f"{UPSTREAM}:{Path(shim.__file__).parents[1]}", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_does_need_gurobipy() -> None:
    with pytest.raises(AssertionError, match="gurobipy"):
        run(HIDE_GUROBI, "import brickgpt.data.brick_structure")


def test_imported_first_it_takes_the_place_of_the_module_that_needs_gurobipy() -> None:
    assert run(HIDE_GUROBI, "import legolab.shim", CASES) == "done False\n"


def test_imported_later_it_binds_every_copied_name_anew() -> None:
    later = "import brickgpt.data.brick_structure; import legolab.shim"
    assert run(FAKE_GUROBI, later, CASES) == "done True\n"


def test_importing_twice_changes_nothing() -> None:
    twice = "import legolab.shim, importlib; importlib.reload(legolab.shim)"
    assert run(HIDE_GUROBI, twice, CASES).startswith("done")


def entries(bricks: list[Brick]) -> dict[str, dict[str, int]]:
    ids = {(2, 4): 2, (1, 8): 4}
    return {
        str(number): {
            "brick_id": ids[min(b.h, b.w), max(b.h, b.w)],
            **{"x": b.x, "y": b.y, "z": b.z, "ori": int(b.h > b.w)},
        }
        for number, b in enumerate(bricks, start=1)
    }


def test_scores_fill_the_bricks_in_a_world_of_that_size() -> None:
    bricks = [Brick(2, 4, 1, 2, 0), Brick(8, 1, 2, 3, 1)]
    config = shim.StabilityConfig(world_dimension=(12, 9, 4))
    scores, columns, rows, seconds, solving = shim.stability_score(entries(bricks), LIBRARY, config)
    assert scores.shape == (12, 9, 4) and columns > rows > 0
    assert seconds >= solving > 0
    expected = np.zeros((12, 9, 4))
    for brick, score in zip(bricks, analyze(BrickStructure(bricks)).scores, strict=True):
        expected[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w, brick.z] = score
    np.testing.assert_array_equal(scores, expected)
    assert 0 < scores.max() < 1


def test_more_than_nine_bricks_keep_their_numbers() -> None:
    bricks = [Brick(2, 4, 0, 0, z) for z in range(12)]
    assert shim.stability_score(entries(bricks), LIBRARY)[0][0, 0, :12].max() < 1


def test_other_constants_and_unknown_bricks_are_refused() -> None:
    bricks = entries([Brick(2, 4, 0, 0, 0)])
    with pytest.raises(InputError, match="published T = 100, got 50"):
        shim.stability_score(bricks, LIBRARY, shim.StabilityConfig(T=50))
    with pytest.raises(InputError, match="brick 1: expected an id of the library, got 2"):
        shim.stability_score(bricks, {})


def test_without_a_solver_it_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGOLAB_SOLVER", "unverified")
    with pytest.warns(RuntimeWarning, match="UNVERIFIED"):
        scores, *_ = shim.stability_score(entries([Brick(2, 4, 0, 0, 0)]), LIBRARY)
    assert not scores.any()
