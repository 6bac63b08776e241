import sys

import numpy as np
import pytest

from legolab import BrickStructure, analyze
from legolab.errors import SolverError
from legolab.stability import comparison
from legolab.stability.comparison import Comparison, Entry
from legolab.widgets import solver_panel
from legolab.widgets.colouring import cividis
from legolab.widgets.plot import bars
from legolab.widgets.solver_panel import SolverPanel, comparison_table, missing_solvers

TOWER = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n2x2 (2,2,2)\n")


def colors(panel):
    (chunk,) = panel.viewer._stage._chunks
    brick = chunk.faces.geometry.attributes["place"].array[:, 0].astype(int)
    return np.array(
        [chunk.faces.geometry.attributes["color"].array[brick == n][0] for n in range(3)]
    )


def test_every_solver_gets_a_row_with_its_figures():
    panel = SolverPanel(TOWER)
    panel.compare_button.click()
    assert panel.wait(60)
    names = [entry.backend for entry in panel.comparison.entries]
    assert {"highs", "ortools"} <= set(names)
    for entry in panel.comparison.entries:
        assert f">{entry.backend}<" in panel.table.value
        assert f"{entry.report.objective:.4e}" in panel.table.value
        assert f"{entry.backend} {entry.seconds * 1e3:.1f} ms" in panel.plot.value
    assert panel.table.value.index("Stands") < panel.table.value.index("<table")
    assert "agree on every brick" in panel.table.value
    assert panel.shown.value == panel.comparison.entries[0].backend
    panel.shown.value = "difference"
    assert "agree on every brick" in panel.legend.value
    assert not panel.compare_button.disabled


def test_the_model_shows_the_scores_of_a_solver():
    panel = SolverPanel(TOWER)
    panel.compare()
    assert panel.wait(60)
    panel.shown.value = "highs"
    assert (colors(panel) == cividis(analyze(TOWER, backend="highs").scores)).all()
    panel.shown.value = ""
    assert (colors(panel) == [115, 150, 200]).all()


def test_where_solvers_differ_is_seen_on_the_bricks(monkeypatch):
    """One of them is made to be wrong about the second brick."""
    real = comparison.analyze

    def odd(structure, backend, time_limit):
        report = real(structure, backend="highs", time_limit=time_limit)
        if backend == "ortools" and len(structure) == 3:
            report.scores[1] = 0.5
        return report

    monkeypatch.setattr(comparison, "analyze", odd)
    panel = SolverPanel(TOWER)
    panel.compare()
    assert panel.wait(60)
    assert "furthest apart on brick 2" in panel.table.value
    assert (colors(panel) == cividis([0.0, 1.0, 0.0])).all()


def test_disagreement_and_silence_are_said():
    stands = analyze(TOWER)
    falls = analyze(BrickStructure.from_text("2x4 (0,0,0)\n2x2 (9,9,2)\n2x2 (1,1,1)\n"))
    two = Comparison((Entry("a", stands, "", 0.1), Entry("b", falls, "", 0.1)))
    assert "disagree" in solver_panel.verdict_words(two)
    none = Comparison((Entry("a", None, "it ran into the <time> limit", 0.1),))
    assert "No solver gave an answer" in solver_panel.verdict_words(none)
    assert "it ran into the &lt;time&gt; limit" in comparison_table(none.entries)


def test_a_solver_that_gives_up_says_why(monkeypatch):
    def failing(structure, backend, time_limit):
        raise SolverError("it ran into the time limit")

    monkeypatch.setattr(comparison, "analyze", failing)
    panel = SolverPanel(TOWER)
    panel.compare()
    assert panel.wait(60)
    assert "it ran into the time limit" in panel.table.value
    assert panel.shown.value == ""


def test_solvers_that_are_missing_are_named_with_the_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "gurobipy", None)  # as if it were not installed
    assert "gurobi: gurobipy is not installed." in missing_solvers()


def test_another_model_ends_what_was_known():
    panel = SolverPanel(TOWER)
    panel.compare()
    assert panel.wait(60)
    panel.show(TOWER[:2], "two bricks")
    assert panel.comparison is None and panel.plot.value == ""
    assert "two bricks" in panel.head.value


@pytest.mark.parametrize("rows", [[], [("a", 0.0)], [("<a>", 2.0), ("b", 1.0)]])
def test_bars_are_as_long_as_their_figures(rows):
    svg = bars(rows, "ms")
    assert svg.count("<rect") == len(rows)
    assert "<a>" not in svg and "http" not in svg
