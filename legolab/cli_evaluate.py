"""The commands below `legolab evaluate`: options in, exit code out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from legolab import console

if TYPE_CHECKING:
    from legolab.evaluation.progress import Progress

INTERRUPTED = 130

app = typer.Typer(
    help="Measure a model over many captions.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _evaluate() -> None:
    pass


@app.command("run")
def run(
    captions: Annotated[
        Path | None,
        typer.Argument(
            help="A CSV file with a column caption; without it 105 captions of our own."
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(help="Such as 0:3 (that is 0, 1 and 2), 7 or 1,4,9.")] = "0",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; runs/<captions> if not given.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A folder that `legolab train` made; else the built-in one.")
    ] = "embedded",
    temperature: Annotated[
        float | None, typer.Option(help="Higher is bolder, lower more usual.")
    ] = None,
    max_bricks: Annotated[int | None, typer.Option(help="Stop a model after that many.")] = None,
    limit: Annotated[int | None, typer.Option(help="Take only the first so many captions.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document instead.")
    ] = False,
) -> None:
    """Generate every caption with every seed, and write tables, plots and a contact sheet.

    Stopped at any moment, the same command goes on where it was.
    """
    from legolab.evaluation import report, runs
    from legolab.generation.generator import DEFAULT_MAX_BRICKS, DEFAULT_TEMPERATURE

    folder = out or Path("runs", "captions" if captions is None else captions.stem)
    line = console.RunLine()

    def tell(progress: Progress) -> None:
        stop()
        line.show(progress)

    try:
        with _interrupts() as stop, line:
            runs.run(
                captions,
                folder,
                seeds=seeds,
                model=model,
                temperature=DEFAULT_TEMPERATURE if temperature is None else temperature,
                max_bricks=DEFAULT_MAX_BRICKS if max_bricks is None else max_bricks,
                limit=limit,
                tell=tell,
            )
            stop()
        rows = runs.load(folder)
        files = report.write_report(folder)
    except KeyboardInterrupt:
        done = "" if line.last is None else f" {line.last.done} of {line.last.total} are kept."
        console.complain(f"Stopped.{done} The same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        console.write_json(report.to_json(folder, rows))
    else:
        tables = report.measures_table(rows), report.categories_table(rows, short=True)
        console.show_run(report.verdict(rows), *tables, files)
    raise typer.Exit(0 if report.is_known(rows) else 3)


@app.command("model")
def model(
    captions: Annotated[
        str, typer.Option("--set", help="held-out, people, or both one after the other.")
    ] = "both",
    count: Annotated[
        int | None, typer.Option(help="So many captions of a set; 210 held out, 100 of people.")
    ] = None,
    drafts: Annotated[
        int | None, typer.Option(help="Draw a model at most so many times; 1 is the bare model.")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Keep the likeliest draft without looking at any.")
    ] = False,
    seeds: Annotated[int, typer.Option(help="Answers to each caption.", min=1)] = 1,
    folder: Annotated[
        str, typer.Option("--model", help="A folder that `legolab train` made.")
    ] = "embedded",
    corpus: Annotated[
        Path | None, typer.Option(help="What it was trained on, to tell copies by.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document instead.")
    ] = False,
) -> None:
    """How good the model is: recognised, as asked, standing, new; with intervals.

    Held-out captions are for attributes that `legolab train` never puts together; people's were
    written without knowing the model's words.
    """
    from legolab.generation.generator import MAX_DRAFTS
    from legolab.training import exam

    names = list(exam.SETS) if captions == "both" else [captions]
    sets = {name: exam.cases_of(name, count) for name in names}
    document: dict[str, object] = {}
    line = console.RunLine()
    try:
        with _interrupts() as stop, line:
            examiner = exam.Examiner(corpus=corpus)

            def tell(progress: Progress) -> None:
                stop()
                line.show(progress)

            tables = {}
            for name, cases in sets.items():
                answers = list(
                    examiner.sit(
                        cases,
                        drafts=MAX_DRAFTS if drafts is None else drafts,
                        blind=blind,
                        seeds=seeds,
                        model=folder,
                        tell=tell,
                    )
                )
                ceiling = examiner.ceiling(cases)
                tables[name] = exam.marks(answers), ceiling, exam.diversity(answers)
                document[name] = exam.to_json(answers, ceiling)
            stop()
    except KeyboardInterrupt:
        console.complain("Stopped; nothing was kept.")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        console.write_json(document)
        return
    for name, (marks, ceiling, alike) in tables.items():
        console.show_exam(name, marks, ceiling, alike)


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Ctrl-C, never lost: Python drops one that comes while an object is being destroyed.

    Returns:
        What raises KeyboardInterrupt once more after a Ctrl-C.
    """
    pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        pressed.set()
        raise KeyboardInterrupt

    def stop() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    former = signal.signal(signal.SIGINT, press)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, former)
