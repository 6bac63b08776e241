"""What the terminal shows: bricks as they come, tables at the end, one plain sentence on failure.

Results go to standard output; the live line and complaints go to standard error, so that results
can be piped. Knows nothing of commands and exit codes.
"""

from __future__ import annotations

import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from legolab.bricks.structure import BrickStructure
    from legolab.evaluation.progress import Progress as RunProgress
    from legolab.generation.result import Event, Generation
    from legolab.serve.supervisor import Ready
    from legolab.stability.comparison import Comparison, Inspection
    from legolab.stability.composition import Composition
    from legolab.stability.report import StabilityReport
    from legolab.training.exam import Mark
    from legolab.training.train import Progress

SHOWN_FAILING = 12
"""How many failing bricks a table lists."""

READER_LEFT = 141
"""Exit code when whoever read our output went away, as shells give it (128 + SIGPIPE)."""


class _Pipe(Console):
    """A console that ends quietly when its reader has gone (`| head`)."""

    def on_broken_pipe(self) -> NoReturn:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
        raise SystemExit(READER_LEFT)


_out = _Pipe(highlight=False)
_err = _Pipe(highlight=False, stderr=True)


def complain(sentence: str) -> None:
    """Say on standard error what went wrong."""
    _err.print(Text(sentence), soft_wrap=True)


def say(sentence: str, style: str = "") -> None:
    """Say something on standard output, unwrapped, so that paths stay whole."""
    _out.print(Text(sentence, style=style), soft_wrap=True)


def write_json(document: Mapping[str, object]) -> None:
    """Print one JSON document and nothing else."""
    say(json.dumps(document, indent=2, allow_nan=False))


def show_service(ready: Ready, page: bool) -> None:
    """Where a service that is up is reached, by what token, and its page if it has one."""
    say("legolab is up. Ctrl-C stops it.", style="bold")
    rows = [("address", ready.url)]
    if ready.token is not None:
        rows.append(("token", ready.token))
    if page:
        fragment = "" if ready.token is None else f"#token={ready.token}"
        rows.append(("open", f"{ready.url}/{fragment}"))
    for name, value in rows:
        say(f"{name:7}  {value}")


class _LiveLine(ABC):
    """A line on standard error that changes while work goes on; nothing where no one watches."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._live = Live(
            console=_err, get_renderable=self.line, refresh_per_second=12, transient=True
        )

    def __enter__(self) -> Self:
        if _err.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    @abstractmethod
    def line(self) -> Text:
        """What to show now."""


class BrickCounter(_LiveLine):
    """Bricks, layer and seconds while a model grows.

    >>> with BrickCounter() as counter:
    ...     print(counter.line())
    0 bricks   layer 0   ... s
    """

    def __init__(self) -> None:
        self._tops: list[int] = []
        self._note = ""
        self._place: int | None = None  # in line, while it waits there
        super().__init__()

    def wait(self, place: int) -> None:
        """Show a place in line, 1 being the next, until the first event; 0 ends the waiting."""
        self._place = place or None

    def show(self, event: Event) -> None:
        """Take one event of the generation into account."""
        from legolab.generation.result import BrickPlaced, RolledBack, Started, Trimmed

        self._place = None
        match event:
            case Started():  # once more, where a service had to begin anew
                self._tops.clear()
            case BrickPlaced(brick=brick):
                self._tops.append(brick.z + 1)
            case RolledBack(kept=kept):
                self._note = f"   back to brick {kept}" if kept else "   from the start"
                del self._tops[kept:]
            case Trimmed(kept=kept):
                del self._tops[kept:]
            case _:
                pass

    def line(self) -> Text:
        """The place in line; then one little brick for each layer reached, and the figures."""
        seconds = time.monotonic() - self._began
        if self._place is not None:
            place = f"number {self._place} in line" if self._place > 1 else "next in line"
            return Text(f"{place}   {seconds:.1f} s")
        layers = max(self._tops, default=0)
        brick = "▄ " if _err.encoding.startswith("utf") else "# "
        line = Text(brick * layers, style="yellow")
        count = f"{_count(len(self._tops), 'brick')}   layer {layers}   {seconds:.1f} s"
        return line.append(count + self._note, style="default")


class TrainingLine(_LiveLine):
    """Where a training run stands; measurements stay on the screen."""

    def __init__(self) -> None:
        self._now = "starting"
        self._stage = ""
        super().__init__()

    def show(self, progress: Progress) -> None:
        """Take in where the run stands."""
        self._now = f"{progress.stage} {progress.done:.0%}"
        if progress.tokens:
            speed = f"{progress.tokens_per_second:,.0f} tokens/s"
            self._now += f"   loss {progress.loss:.2f}   {speed}   {progress.minutes:.0f} min"
        gauge = progress.gauge
        if gauge is not None:
            unseen = f"own {gauge.own:.2f}, bare {gauge.bare:.2f}, other {gauge.other:.2f}"
            now = f"{self._now}   unseen shapes, nats per brick: {unseen}"
            built = progress.samples
            complain(f"{now}; {built.described:.0%} as described" if built else now)
        elif progress.stage != self._stage and not _err.is_terminal:
            complain(self._now)
        self._stage = progress.stage

    def line(self) -> Text:
        """Stage, loss and speed."""
        return Text(self._now)


class RunLine(_LiveLine):
    """How far a batch is, at what pace, and when it will be done.

    >>> with RunLine() as line:
    ...     print(line.line())
    warming up
    """

    def __init__(self) -> None:
        self.last: RunProgress | None = None
        self._said = -1
        super().__init__()

    def show(self, progress: RunProgress) -> None:
        """Take in where the run stands; where no one watches, a tenth is worth a line."""
        self.last = progress
        tenth = 10 * progress.done // progress.total
        if tenth > self._said and not _err.is_terminal:
            complain(progress.words)
        self._said = max(tenth, self._said)

    def line(self) -> Text:
        """One little brick for each twentieth, the figures, and what is being built."""
        if self.last is None:
            return Text("warming up")
        utf = _err.encoding.startswith("utf")
        full = 20 * self.last.done // self.last.total
        text = Text(("▄ " if utf else "# ") * full, style="yellow")
        text.append(("▁ " if utf else ". ") * (20 - full), style="dim")
        text.append(" " + self.last.words, style="default")
        if self.last.caption and self.last.done < self.last.total:
            bricks = _count(self.last.bricks, "brick")
            text.append(f"\n{self.last.caption}, seed {self.last.seed}: {bricks}", style="dim")
        text.truncate(2 * _err.width)
        return text


def show_run(
    verdict: str, measures: pd.DataFrame, categories: pd.DataFrame, files: Iterable[Path]
) -> None:
    """The closing tables of `legolab evaluate run`.

    Args:
        verdict: the outcome in a sentence or two.
        measures: words, as `report.measures_table` gives them.
        categories: words, as `report.categories_table` gives them.
        files: what was written.
    """
    say("")
    say(verdict, style="bold")
    say("")
    for words in (measures, categories):
        table = _table("", *words.columns)
        for column in table.columns[1:]:
            column.justify = "right"
        for name, cells in zip(words.index, words.itertuples(index=False), strict=True):
            table.add_row(Text(name), *map(Text, cells))
        _out.print(table)
        say("")
    for file in files:
        say(str(file))


def show_exam(
    name: str, marks: Sequence[Mark], ceiling: Mapping[str, float], alike: float | None
) -> None:
    """The closing table of `legolab evaluate model` for one set of captions.

    Args:
        name: of the set.
        marks: its lines.
        ceiling: what the true shapes get, by mark.
        alike: mean overlap between seeds; None with one.
    """
    say("")
    say(f"{name}, {max(mark.of for mark in marks)} answers", style="bold")
    table = _table("", "all", "95%", "of", "valid", "true")
    for column in table.columns[1:]:
        column.justify = "right"
    for mark in marks:
        most = ceiling.get(mark.name)
        value, low, high, valid, true = (
            "" if figure is None else f"{100 * figure:.1f}" if mark.is_share else f"{figure:.3g}"
            for figure in (mark.value, mark.low, mark.high, mark.valid, most)
        )
        unit = "%" if mark.is_share else ""
        interval = f"{low} to {high}"
        table.add_row(Text(mark.name), value + unit, interval, str(mark.of), valid, true)
    _out.print(table)
    if alike is not None:
        say(f"Overlap between seeds {alike:.2f}.")


def show_generation(
    result: Generation, seconds: Mapping[str, float], files: Iterable[Path]
) -> None:
    """The closing table of `legolab generate`.

    Args:
        result: what was generated.
        seconds: stage -> seconds, in order.
        files: what was written.
    """
    say(result.caption, style="bold")
    say(f"Interpreted as: {interpreted(result)}")
    for note in result.notes:
        say(note)
    if result.differences:
        say(f"It came out with {', '.join(map(str, result.differences))}.")
    if not result.trace.finished and not result.missing:
        say("It had more to build than the bricks it was allowed.")
    _show_verdict(result.report)
    trace = result.trace
    stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in seconds.items())
    _show_rows(
        [
            *_structure_rows(result.structure),
            *_report_rows(result.report),
            ("rolled back", _count(trace.rollbacks, "time")),
            ("trimmed", _count(trace.trimmed, "brick")),
            ("seed", str(result.seed)),
            ("seconds", stages),
        ]
    )
    for file in files:
        say(str(file))


def interpreted(result: Generation) -> str:
    """What the model was asked for and how it was painted, in the lexicon's words."""
    from legolab.generation.coloring import paint_in_words
    from legolab.generation.prompt import told

    painted, description = paint_in_words(result.paint), told(result.description)
    return f"{description}, {painted}" if painted else description


def show_composition(made: Composition, file: Path) -> None:
    """The table of `legolab compose`."""
    _show_verdict(made.report)
    x, y, z = made.structure.world
    models = ("models", str(int(made.model.max()) + 1))
    world = ("world", f"{x} by {y} studs, {z} layers")
    _show_rows([models, world, *_structure_rows(made.structure), *_report_rows(made.report)])
    say(str(file))


def show_check(structure: BrickStructure, report: StabilityReport) -> None:
    """The table of `legolab check`."""
    _show_verdict(report)
    solver = ("solver", f"{report.backend}, {report.seconds:.2f} s")
    _show_rows([*_structure_rows(structure), *_report_rows(report), solver])


def show_backends(inspections: Sequence[Inspection]) -> None:
    """The table of `legolab backends`; what there is to say of one stands below it."""
    table = _table("backend", "version", "licence", "a wall of 40 bricks")
    for found in inspections:
        state = found.state
        spent = "" if found.milliseconds is None else f"{found.milliseconds:.1f} ms"
        version = "not installed" if state.version is None else state.version
        table.add_row(*map(Text, (state.name, version, found.licence, spent)))
    _out.print(table)
    say("")
    for found in inspections:
        notes = "; ".join(filter(None, (found.state.about, found.state.reason, found.error)))
        say(f"{found.state.name}: {notes}")


def show_comparison(file: str, structure: BrickStructure, found: Comparison) -> None:
    """One file's table of `legolab compare`; why a solver gave no answer stands below it."""
    say(f"{file}: {_count(len(structure), 'brick')}", style="bold")
    table = _table("backend", "verdict", "objective, N", "largest score", "ms")
    for entry in found.entries:
        cells = [entry.backend, "could not tell", "", "", ""]
        if entry.report is not None:
            verdict, scores = entry.report.verdict.value, entry.report.scores
            cells[1:3] = [verdict, f"{entry.report.objective:.6e}"]
            cells[3:5] = [f"{scores.max():.4f}", f"{entry.seconds * 1e3:.1f}"]
        table.add_row(*map(Text, cells))
    _out.print(table)
    for entry in found.entries:
        if entry.error:
            say(f"{entry.backend}: {entry.error}")
    if len({report.verdict for report in found.answers}) > 1:
        say("They disagree: this needs a closer look.", style="bold red")
    say("")


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, header_style="dim")
    return table


def _show_verdict(report: StabilityReport) -> None:
    styles = {"STABLE": "bold green", "UNSTABLE": "bold red", "UNVERIFIED": "black on yellow"}
    say("")
    say(report.summary, style=styles[report.verdict.name])
    say("")


def _structure_rows(structure: BrickStructure) -> list[tuple[str, str]]:
    from legolab.bricks.inventory import brick_counts

    layers = max((brick.z for brick in structure), default=-1) + 1
    parts = ", ".join(f"{number} × {kind}" for kind, number in brick_counts(structure).items())
    return [("bricks", f"{len(structure)} in {_count(layers, 'layer')}"), ("parts", parts)]


def _report_rows(report: StabilityReport) -> list[tuple[str, str]]:
    rows = []
    failing = [str(index + 1) for index, score in enumerate(report.scores) if score >= 1]
    if failing:
        rest = ["…"] if len(failing) > SHOWN_FAILING else []
        rows.append(("failing bricks", ", ".join(failing[:SHOWN_FAILING] + rest)))
    elif report.weakest is not None:
        score = report.scores[report.weakest]
        rows.append(("weakest brick", f"number {report.weakest + 1}, score {score:.2f}"))
    factor = report.known_safety_factor
    if factor is not None:
        from legolab.stability.report import rounded_down

        rows.append(("safety factor", rounded_down(factor)))
    return rows


def _show_rows(rows: Sequence[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    _out.print(table)


def _count(number: int, noun: str) -> str:
    """
    >>> _count(1, "brick"), _count(0, "brick")
    ('1 brick', '0 bricks')
    """
    return f"{number} {noun}{'s' * (number != 1)}"
