"""A model with all there is to say of it: verdict, bricks, steps, layers, files."""

from __future__ import annotations

import ipywidgets

from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.errors import SolverError
from legolab.generation.result import Generation
from legolab.ldraw.writer import write_ldr
from legolab.rendering.preview import png_bytes
from legolab.stability.analysis import analyze
from legolab.stability.prefix import PrefixVerifier
from legolab.stability.report import StabilityReport, Verdict
from legolab.widgets import cards
from legolab.widgets.colouring import Colouring
from legolab.widgets.download import Download, DownloadButton
from legolab.widgets.facts import brick_facts, building_steps
from legolab.widgets.style import style_sheet
from legolab.widgets.viewer import Viewer

SAVED_PICTURE_SIZE = 1024
"""Pixels along a side."""

_MOST_VERIFIED = 500
"""Bricks up to which every step is verified: beyond, a slider would stutter."""
_STEP_TIME_LIMIT = 1.0
"""Seconds."""
_EMPTY = "No model yet. Ask for one, and it can be looked into here."
_HINT = "Click a brick to see what holds it. Drag to turn, scroll to come closer."


class Inspector(ipywidgets.VBox):
    """A model to look into, brick by brick."""

    children: tuple[ipywidgets.Widget, ...]

    def __init__(
        self,
        shown: Generation | BrickStructure | None = None,
        report: StabilityReport | None = None,
    ) -> None:
        """Set up.

        Args:
            shown: what to begin with; nothing if None.
            report: of a structure; worked out if None.
        """
        self.viewer = Viewer()
        self._structure = BrickStructure([])
        self._report: StabilityReport | None = None
        self._prefixes: PrefixVerifier | None = None
        self._caption = ""
        self._ends: list[int] = []
        self.head = ipywidgets.HTML()
        self.head.add_class("ll-head")
        self.card = ipywidgets.HTML()
        self.card.add_class("ll-brick")
        self.facts = ipywidgets.HTML()
        self.steps = ipywidgets.IntSlider(
            value=1, min=1, max=1, readout=False, continuous_update=True
        )
        self.step_words = ipywidgets.HTML()
        self.step_words.add_class("ll-steps-words")
        self.layers = ipywidgets.IntRangeSlider(value=(1, 1), min=1, max=1, readout=False)
        self.layer_words = ipywidgets.HTML()
        self.colouring = ipywidgets.ToggleButtons(options=[("Brick", Colouring.BRICK)])
        self.legend = ipywidgets.HTML()
        self.before = _button("‹", "The brick before")
        self.after = _button("›", "The next brick")
        self.weakest = _button("Weakest", "The brick closest to its limit")
        self.save_ldr = DownloadButton("Save LDraw", self._ldr)
        self.save_png = DownloadButton("Save picture", self._png)
        self._body = ipywidgets.Box([self._stage(), self._side()])
        self._body.add_class("ll-inspector")
        self._empty = ipywidgets.HTML(cards.note(_EMPTY, "quiet"))
        self._empty.add_class("ll-empty")
        self._listen()
        super().__init__([style_sheet(), self._empty])
        self.add_class("legolab")
        if isinstance(shown, Generation):
            self.show_result(shown)
        elif shown is not None:
            self.show(shown, report)

    def show_result(self, result: Generation) -> None:
        """Show what was generated."""
        self.show(result.structure, result.report, result.caption, result.seed)

    def show(
        self,
        structure: BrickStructure,
        report: StabilityReport | None = None,
        caption: str = "",
        seed: int | None = None,
    ) -> None:
        """Show a structure.

        Args:
            structure: at least one brick.
            report: worked out if None.
            caption: what it is.
            seed: the number that makes it again.

        Raises:
            InputError: there is no brick.
            SolverError: the analysis ended without an answer.
        """
        report = analyze(structure) if report is None else report
        self._structure, self._report, self._caption = structure, report, caption
        self._prefixes = _prefixes_of(structure, report)
        self.viewer.show(structure, report)
        self.head.value = (cards.heading(caption) if caption else "") + cards.verdict_chip(report)
        self._fill_facts(seed)
        self._reset_controls()
        self._say_brick(None)
        self.children = (self.children[0], self._body)

    @property
    def structure(self) -> BrickStructure:
        """What is shown."""
        return self._structure

    @property
    def report(self) -> StabilityReport | None:
        """What is known of its stability."""
        return self._report

    def pick(self, brick: int | None) -> None:
        """Let a brick stand out and say what there is to say of it; None: no brick.

        One that is hidden by steps or layers is brought to light.
        """
        if brick is not None and not self.viewer.is_shown(brick):
            self.layers.value = (self.layers.min, self.layers.max)
            self.steps.value = self.steps.max
        self.viewer.picked = brick
        self._say_brick(brick)

    def _stage(self) -> ipywidgets.Widget:
        """The model, with nothing over it but caption, verdict and steps."""
        steps = ipywidgets.VBox([self.step_words, self.steps])
        steps.add_class("ll-steps")
        stage = ipywidgets.VBox([self.head, self.viewer, steps])
        stage.add_class("ll-stage")
        stage.add_class("ll-card")
        return stage

    def _side(self) -> ipywidgets.Widget:
        """Everything else."""
        turn = ipywidgets.Box([self.before, self.after, self.weakest])
        turn.add_class("ll-row")
        save = ipywidgets.Box([self.save_ldr, self.save_png])
        save.add_class("ll-row")
        blocks = [
            [self.card, turn],
            [ipywidgets.HTML(cards.title("Colours")), self.colouring, self.legend],
            [self.layer_words, self.layers],
            [self.facts],
            [save],
        ]
        boxes = []
        for block in blocks:
            boxes.append(ipywidgets.VBox(block))
            boxes[-1].add_class("ll-block")
        side = ipywidgets.VBox(boxes)
        side.add_class("ll-side")
        side.add_class("ll-card")
        return side

    def _listen(self) -> None:
        self.viewer.on_pick(self._say_brick)
        self.steps.observe(lambda _: self._step(), "value")
        self.layers.observe(lambda _: self._slice(), "value")
        self.colouring.observe(lambda _: self._recolor(), "value")
        self.before.on_click(lambda _: self._turn(-1))
        self.after.on_click(lambda _: self._turn(1))
        self.weakest.on_click(lambda _: self._pick_weakest())

    def _reset_controls(self) -> None:
        """Sliders and choices for another model."""
        self._ends = building_steps(self._structure)
        count = len(self._ends)
        self.steps.max = max(count, 1)
        self.steps.value = self.steps.max
        high = max(brick.z for brick in self._structure) + 1
        self.layers.max = high
        self.layers.value = (1, high)
        self._step()
        self._slice()
        assert self._report is not None
        verified = self._report.verdict is not Verdict.UNVERIFIED
        options = [
            ("Brick", Colouring.BRICK),
            ("Score", Colouring.SCORE),
            ("Layer", Colouring.LAYER),
        ]
        chosen = self.colouring.value
        self.colouring.options = [o for o in options if verified or o[1] is not Colouring.SCORE]
        kept = [value for _, value in self.colouring.options]
        self.colouring.value = chosen if chosen in kept else Colouring.BRICK
        self._recolor()
        self.weakest.disabled = self._report.weakest is None

    def _step(self) -> None:
        """Show the bricks up to the step, the new ones in full colour."""
        if not self._ends:
            return
        number = min(self.steps.value, len(self._ends))
        count = self._ends[number - 1]
        first = self._ends[number - 2] if number > 1 else 0
        whole = number == len(self._ends)
        self.viewer.steps = count
        self.viewer.fresh = None if whole else first
        new = count - first
        words = f"Step {number} of {len(self._ends)}"
        detail = f"{count} bricks" if whole else f"{new} new, {count} of {len(self._structure)}"
        if not whole and self._falls_after(count):
            words += " would fall"
        self.step_words.value = cards.line(words, detail) + cards.brick_row(number, len(self._ends))

    def _falls_after(self, count: int) -> bool:
        """Whether so many bricks fall, where that is known soon enough to say it while sliding."""
        if self._prefixes is None:
            return False
        try:
            return self._prefixes.verdict_of_first(count) is Verdict.UNSTABLE
        except SolverError:
            return False

    def _slice(self) -> None:
        low, high = self.layers.value
        whole = (low, high) == (self.layers.min, self.layers.max)
        self.viewer.layer = None if whole else (low - 1, high - 1)
        words = f"all {high}" if whole else (f"{low}" if low == high else f"{low} to {high}")
        self.layer_words.value = cards.title_line("Layers", words)

    def _recolor(self) -> None:
        self.viewer.colouring = self.colouring.value
        words = {
            Colouring.BRICK: "",
            Colouring.SCORE: cards.legend(("unloaded", "at its limit")),
            Colouring.LAYER: cards.note("Each layer has a colour of its own.", "quiet"),
        }
        falls = self._report is not None and self._report.verdict is Verdict.UNSTABLE
        hatched = cards.note("Bricks that fail are hatched in red.", "quiet") if falls else ""
        self.legend.value = words[self.colouring.value] + hatched

    def _turn(self, by: int) -> None:
        count = len(self._structure)
        now = self.viewer.picked
        start = -1 if by > 0 else count
        self.pick(((start if now is None else now) + by) % count)

    def _pick_weakest(self) -> None:
        if self._report is not None:
            self.pick(self._report.weakest)

    def _say_brick(self, brick: int | None) -> None:
        if brick is None:
            self.card.value = cards.title("Bricks") + cards.note(_HINT, "quiet")
        else:
            self.card.value = cards.brick_card(brick_facts(self._structure, brick, self._report))

    def _fill_facts(self, seed: int | None) -> None:
        layers = max(brick.z for brick in self._structure) + 1
        rows = [("Bricks", f"{len(self._structure)} in {layers} layers")]
        if seed is not None:
            rows.append(("Seed", str(seed)))
        if self._report is not None:
            rows.append(("Solver", self._report.backend))
        parts = [(kind, str(count)) for kind, count in brick_counts(self._structure).items()]
        self.facts.value = (
            cards.title("Model")
            + cards.facts_list(rows)
            + cards.title("Parts")
            + cards.facts_list(parts)
        )

    def _ldr(self) -> Download:
        about = [] if self._report is None else [self._report.summary]
        title = self._caption or "legolab model"
        text = write_ldr(self._structure, title=title, comments=about)
        return Download("model.ldr", "application/x-ldraw", text.encode())

    def _png(self) -> Download:
        verdict = None if self._report is None else self._report.verdict
        mark = "UNVERIFIED" if verdict is Verdict.UNVERIFIED else ""
        failing: list[int] = []
        if self._report is not None and verdict is Verdict.UNSTABLE:
            failing = [n for n, score in enumerate(self._report.scores) if score >= 1]
        content = png_bytes(self._structure, SAVED_PICTURE_SIZE, failing=failing, watermark=mark)
        return Download("model.png", "image/png", content)


def _prefixes_of(structure: BrickStructure, report: StabilityReport) -> PrefixVerifier | None:
    """What tells of each step whether it stands; None where that was not asked or takes long."""
    if report.verdict is Verdict.UNVERIFIED or len(structure) > _MOST_VERIFIED:
        return None
    asked = report.options
    return PrefixVerifier(
        structure,
        ground=asked.ground,
        loads=asked.loads,
        time_limit=_STEP_TIME_LIMIT,
        rotate=asked.rotate,
        capacity=asked.capacity,
        masses=asked.masses,
    )


def _button(description: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(description=description, tooltip=tooltip)
