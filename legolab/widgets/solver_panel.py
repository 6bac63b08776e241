"""The same model through every solver, side by side."""

from __future__ import annotations

import html
import threading

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from legolab.bricks.structure import BrickStructure
from legolab.errors import LegolabError
from legolab.generation.result import Generation
from legolab.stability.comparison import Comparison, Entry, compare
from legolab.stability.registry import UNVERIFIED, backend_states
from legolab.widgets import cards
from legolab.widgets.colouring import cividis
from legolab.widgets.plot import bars
from legolab.widgets.style import style_sheet
from legolab.widgets.viewer import Viewer

_EMPTY = "No model yet. Ask for one, and every solver can look at it here."
_DIFFERENCE = "difference"
_AGREE = "The solvers agree on every brick."
_AGREED = 1e-6  # a difference between scores below this is rounding


class SolverPanel(ipywidgets.VBox):
    """Verdict, objective, scores and time of every solver, and where they differ."""

    children: tuple[ipywidgets.Widget, ...]

    def __init__(self, structure: BrickStructure | None = None) -> None:
        """Set up, empty or with a structure; nothing is solved before somebody asks."""
        self.comparison: Comparison | None = None
        self._structure = BrickStructure([])
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()
        self.viewer = Viewer()
        self.head = ipywidgets.HTML()
        self.head.add_class("ll-head")
        self.compare_button = ipywidgets.Button(description="Compare solvers")
        self.compare_button.add_class("ll-go")
        self.compare_button.on_click(lambda _: self.compare())
        self.table = ipywidgets.HTML()
        self.plot = ipywidgets.HTML()
        self.missing = ipywidgets.HTML(missing_solvers())
        self.shown = ipywidgets.Dropdown(options=[], description="Colours")
        self.shown.observe(lambda _: self._paint(), "value")
        self.legend = ipywidgets.HTML()
        stage = ipywidgets.VBox([self.head, self.viewer, self.shown, self.legend])
        stage.add_class("ll-stage")
        stage.add_class("ll-card")
        side = ipywidgets.VBox([self.compare_button, self.table, self.plot, self.missing])
        side.add_class("ll-side")
        side.add_class("ll-card")
        self._body = ipywidgets.Box([stage, side])
        self._body.add_class("ll-solvers")
        empty = ipywidgets.HTML(cards.note(_EMPTY, "quiet"))
        empty.add_class("ll-empty")
        super().__init__([style_sheet(), empty])
        self.add_class("legolab")
        if structure is not None:
            self.show(structure)

    def show_result(self, result: Generation) -> None:
        """Take what was generated as the model to compare on."""
        self.show(result.structure, result.caption)

    def show(self, structure: BrickStructure, caption: str = "") -> None:
        """Take a structure as the model to compare on.

        Args:
            structure: at least one brick.
            caption: what it is.
        """
        with self._lock:
            self._structure, self.comparison = structure, None
            self.viewer.show(structure)
            count = f"{len(structure)} brick{'s' * (len(structure) != 1)}"
            self.head.value = cards.heading(caption or count)
            self.table.value = cards.note(
                "Every solver that is installed gets the same model.", "quiet"
            )
            self.plot.value = ""
            self._offer([])
            self.children = (self.children[0], self._body)

    def compare(self) -> None:
        """Begin to compare; returns at once."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self.compare_button.disabled = True
            self.table.value = cards.note("The solvers are at work.", "quiet")
            self.plot.value = ""
            self._thread = threading.Thread(
                target=self._work, args=(self._structure,), name="legolab-compare", daemon=True
            )
            self._thread.start()

    def wait(self, timeout: float) -> bool:
        """Wait until nothing is being compared; whether that came within `timeout` s."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _work(self, structure: BrickStructure) -> None:
        """In a thread of its own."""
        try:
            found = compare(structure)
        except LegolabError as error:
            self.table.value = cards.note(str(error), "bad")
        else:
            with self._lock:
                if structure is self._structure:
                    self._take(found)
        finally:
            self.compare_button.disabled = False

    def _take(self, found: Comparison) -> None:
        self.comparison = found
        if found.answers:
            self.viewer.show(self._structure, found.answers[0])  # what fails is hatched
        self.table.value = verdict_words(found) + comparison_table(found.entries)
        answered = [entry for entry in found.entries if entry.report is not None]
        times = [(entry.backend, entry.seconds * 1e3) for entry in answered]
        self.plot.value = cards.title("Time") + bars(times, "ms") if times else ""
        self._offer([entry.backend for entry in answered])

    def _offer(self, names: list[str]) -> None:
        """What the model's colours can show."""
        options = [("brick colours", "")]
        if len(names) > 1:
            options.append(("where scores differ", _DIFFERENCE))
        options += [(f"scores by {name}", name) for name in names]
        self.shown.options = options
        found = self.comparison
        agreed = len(names) < 2 or found is None or differences_words(found) == _AGREE
        self.shown.value = (names[0] if names else "") if agreed else _DIFFERENCE
        self._paint()

    def _paint(self) -> None:
        """Colour the model by scores, or by how far solvers are apart on each brick."""
        chosen, found = self.shown.value, self.comparison
        if not chosen or found is None:
            self.viewer.colouring = self.viewer.colouring
            self.legend.value = ""
            return
        if chosen == _DIFFERENCE:
            self._paint_differences(score_differences(found))
            return
        (scores,) = (e.report.scores for e in found.entries if e.backend == chosen and e.report)
        self.viewer.paint(cividis(scores))
        self.legend.value = cards.legend(("unloaded", "at its limit"))

    def _paint_differences(self, apart: NDArray[np.float64]) -> None:
        largest = float(apart.max(initial=0.0))
        if largest < _AGREED:
            self.viewer.paint(cividis(np.zeros_like(apart)))
            self.legend.value = cards.note(_AGREE, "quiet")
            return
        self.viewer.paint(cividis(apart / largest))
        self.legend.value = cards.legend(("agree", f"{largest:.2g} apart"))


def score_differences(found: Comparison) -> NDArray[np.float64]:
    """How far the solvers' scores are apart on each brick; float64 [bricks]."""
    scores = np.stack([report.scores for report in found.answers])
    apart: NDArray[np.float64] = scores.max(axis=0) - scores.min(axis=0)
    return apart


def verdict_words(found: Comparison) -> str:
    """What they say together."""
    verdicts = {report.verdict for report in found.answers}
    if not verdicts:
        return cards.note("No solver gave an answer.", "bad")
    if len(verdicts) > 1:
        return cards.note("The solvers disagree. This needs a closer look.", "bad")
    words = cards.note(differences_words(found), "quiet") if len(found.answers) > 1 else ""
    return cards.verdict_chip(found.answers[0]) + words


def differences_words(found: Comparison) -> str:
    """Whether their scores agree, and where they are furthest apart; somebody has answered."""
    apart = score_differences(found)
    largest = float(apart.max(initial=0.0))
    if largest < _AGREED:
        return _AGREE
    return f"Their scores are furthest apart on brick {int(apart.argmax()) + 1}: {largest:.2g}."


def comparison_table(entries: tuple[Entry, ...]) -> str:
    """A row for each solver; why one gave no answer stands in its row."""
    rows = []
    for entry in entries:
        name = f'<th scope="row">{html.escape(entry.backend)}</th>'
        if entry.report is None:
            rows.append(f'<tr>{name}<td colspan="4">{html.escape(entry.error)}</td></tr>')
            continue
        verdict = html.escape(entry.report.verdict.value)
        objective = "" if entry.report.objective is None else f"{entry.report.objective:.4e}"
        figures = (objective, f"{entry.report.scores.max():.4f}", f"{entry.seconds * 1e3:.1f}")
        cells = "".join(f'<td class="ll-figures">{figure}</td>' for figure in figures)
        rows.append(f"<tr>{name}<td>{verdict}</td>{cells}</tr>")
    heads = ("Solver", "Verdict", "Objective, N", "Largest score", "ms")
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)
    return (
        f'<div class="ll-scroll"><table class="ll-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def missing_solvers() -> str:
    """The solvers that are not there or not ready, each with its reason."""
    states = [s for s in backend_states() if s.name != UNVERIFIED and s.reason]
    return "".join(cards.note(f"{state.name}: {state.reason}.", "quiet") for state in states)
