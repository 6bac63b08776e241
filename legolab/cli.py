"""The command line: reads options, calls the package, turns the outcome into an exit code.

Exit codes: 0 fine, 1 unstable, 2 bad input, 3 could not tell, 70 our own bug, 130 interrupted.
Every command imports what it needs when it runs, so that `legolab --help` is quick.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from legolab import __version__, cli_evaluate, console
from legolab.errors import FileError, InputError, LegolabError
from legolab.folders import check_free, folder_name, whole_file, whole_folder

if TYPE_CHECKING:
    from legolab.bricks.inventory import Inventory
    from legolab.bricks.placement import World
    from legolab.bricks.structure import BrickStructure
    from legolab.client import Client, Job
    from legolab.generation.result import Event, Generation
    from legolab.serve.settings import Settings
    from legolab.stability.equilibrium import Ground
    from legolab.stability.report import StabilityReport

BUG = 70
INTERRUPTED = 130
MAX_DIGITS = 10
"""Of a number that is given by hand; what has more is none that anything can be set to."""

app = typer.Typer(
    name="legolab",
    help="From a caption to bricks that are proved to stand.",
    epilog=(
        "Ends with 0 when all is well, 1 for a model that falls, 2 for input it cannot use, "
        "3 when it could not tell, 70 for a bug of ours, 130 when you stopped it."
    ),
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(cli_evaluate.app, name="evaluate")

CaptionArgument = Annotated[
    str, typer.Argument(help='What to build, such as "a small round table".')
]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Same seed, same bricks.")]
TemperatureOption = Annotated[
    float | None, typer.Option(help="Higher is bolder, lower more usual.")
]
MaxBricksOption = Annotated[int | None, typer.Option(min=1, help="Stop after that many.")]
DraftsOption = Annotated[
    int | None, typer.Option(min=1, help="Draw it at most so often; the closest is kept.")
]
FieldsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A field by hand: back=low."),
]
PaintOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PART=COLOUR", help="Such as legs=black, or whole=red."),
]
InventoryOption = Annotated[
    Path | None, typer.Option(help="The bricks you have: a CSV of parts, or JSON.")
]
StartOption = Annotated[
    Path | None, typer.Option(help="A half-built model (.txt, .ldr) to go on from.")
]
OutOption = Annotated[Path, typer.Option(help="Where the model's folder is made.")]
WorldOption = Annotated[str, typer.Option(help="Studs along x, studs along y, layers.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
BackendOption = Annotated[str, typer.Option(help="Which solver; see `legolab backends`.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is already there.")]


def main() -> None:
    """Run the command line; the only place where a bug of ours becomes an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except LegolabError as error:
        console.complain(str(error))
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001
        if os.environ.get("LEGOLAB_DEBUG"):
            traceback.print_exc()
        console.complain(
            f"This is a bug in legolab: {type(error).__name__}: {error}. "
            "Set LEGOLAB_DEBUG=1 to see where it happened."
        )
        sys.exit(BUG)


def _print_version(wanted: bool) -> None:
    if wanted:
        console.say(f"legolab {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Which one.")
    ] = False,
) -> None:
    pass


@app.command()
def generate(
    caption: CaptionArgument,
    seed: SeedOption = None,
    temperature: TemperatureOption = None,
    max_bricks: MaxBricksOption = None,
    out: OutOption = Path(),
    model: Annotated[
        str | None, typer.Option(help="A folder that `legolab train` made; else the built-in one.")
    ] = None,
    drafts: DraftsOption = None,
    fields: FieldsOption = None,
    paint: PaintOption = None,
    inventory: InventoryOption = None,
    start: StartOption = None,
    backend: BackendOption = "auto",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Turn a caption into a folder with a picture, an LDraw file, brick text and a report."""
    options = _given(seed=seed, temperature=temperature, max_bricks=max_bricks, model=model)
    options |= _given(drafts=drafts, fields=_fields(fields), paint=_pairs(paint, "--paint"))
    options |= _given(backend=backend, inventory=_inventory(inventory), start=_structure(start))
    _make(caption, options, out, force, as_json)


@app.command()
def edit(
    folder: Annotated[Path, typer.Argument(help="Made by `generate`, `submit` or `edit`.")],
    change: Annotated[str, typer.Argument(help='Such as "make the back higher".')],
    temperature: TemperatureOption = None,
    max_bricks: MaxBricksOption = None,
    out: OutOption = Path(),
    model: Annotated[
        str | None, typer.Option(help="A folder that `legolab train` made; else the built-in one.")
    ] = None,
    drafts: DraftsOption = None,
    inventory: InventoryOption = None,
    backend: BackendOption = "auto",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Change a model in words; as many of its bricks stay as fit."""
    from legolab.artefacts import read_folder

    built = read_folder(folder)
    options = _given(temperature=temperature, max_bricks=max_bricks, model=model, drafts=drafts)
    options |= _given(backend=backend, inventory=_inventory(inventory), change=change)
    caption = str(built.pop("caption"))
    _make(caption, built | options, out, force, as_json, name=f"{caption} {change}")


@app.command()
def compose(
    files: Annotated[list[Path], typer.Argument(help="Models: .txt, .ldr or .mpd, or folders.")],
    out: Annotated[Path, typer.Option(help="The file to write: .ldr, .mpd, .txt or .png.")],
    upon: Annotated[
        bool, typer.Option("--upon", help="Each stands on the one before, instead of beside it.")
    ] = False,
    gap: Annotated[int, typer.Option(min=0, help="Studs between models side by side.")] = 2,
    backend: BackendOption = "auto",
    force: ForceOption = False,
) -> None:
    """Set several models beside or upon each other, and see whether all of it stands."""
    from legolab.artefacts import model_in
    from legolab.stability.composition import compose as put_together

    check_free(out, force)
    models = [model_in(file) for file in files]
    made = put_together(models, upon=upon, gap=gap, backend=backend)
    made.structure.save(out)
    console.show_composition(made, out)
    raise typer.Exit(_exit_code(made.report))


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _pairs(words: list[str] | None, option: str) -> dict[str, str] | None:
    """`NAME=VALUE` by name.

    Raises:
        InputError: one is not of this form.
    """
    if not words:
        return None
    pairs = dict(pair.partition("=")[::2] for pair in words)
    if not all(name and value for name, value in pairs.items()):
        raise InputError(f"expected {option} NAME=VALUE, got {', '.join(words)}")
    return pairs


def _fields(words: list[str] | None) -> dict[str, str | int] | None:
    pairs = _pairs(words, "--set")
    if pairs is None:
        return None
    return {
        name: int(value) if value.isdecimal() and len(value) < MAX_DIGITS else value
        for name, value in pairs.items()
    }


def _inventory(file: Path | None) -> Inventory | None:
    from legolab.bricks.inventory import Inventory

    return None if file is None else Inventory.read(file)


def _structure(file: Path | None) -> BrickStructure | None:
    from legolab.bricks.structure import BrickStructure

    return None if file is None else BrickStructure.load(file)


def _make(
    caption: str,
    options: dict[str, Any],
    out: Path,
    force: bool,
    as_json: bool,
    name: str = "",
) -> None:
    """Generate into a folder, named after the caption or otherwise, and tell of it."""
    try:
        from legolab.generation.generator import stream

        with console.BrickCounter() as counter:
            result, folder = _grow(stream(caption, **options), counter, out, force, name)
        began = time.monotonic()
        files = _write(result, folder, force)
    except KeyboardInterrupt:
        console.complain("Stopped before the model was finished; nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    _tell(result, folder, files, time.monotonic() - began, as_json)


def _grow(
    events: Iterable[Event],
    counter: console.BrickCounter,
    out: Path,
    force: bool,
    name: str = "",
) -> tuple[Generation, Path]:
    """The generated model and the folder it will go to, seen to be free before the first brick."""
    from legolab.generation.result import Finished, Started

    for event in events:
        counter.show(event)
        match event:
            case Started(caption=caption, seed=seed):
                check_free(out / folder_name(name or caption, seed), force)
            case Finished(result=result):
                return result, out / folder_name(name or result.caption, result.seed)
            case _:
                pass
    raise AssertionError("a generation ended without a result")


def _tell(
    result: Generation,
    folder: Path,
    files: Sequence[Path],
    seconds: float,
    as_json: bool,
    more: Mapping[str, str] | None = None,
) -> NoReturn:
    """Say what came out and where it is, and end with the verdict's exit code."""
    if as_json:
        from legolab.artefacts import document_of

        paths = {"folder": str(folder), "files": [str(file) for file in files]}
        console.write_json(document_of(result) | dict(more or {}) | paths)
    else:
        console.show_generation(result, result.trace.seconds | {"files": seconds}, files)
    raise typer.Exit(_exit_code(result.report))


def _write(result: Generation, folder: Path, force: bool) -> list[Path]:
    """Write the files of a model, all of them or none."""
    from legolab.artefacts import files_of

    files = files_of(result)
    with whole_folder(folder, force) as draft:
        for name, (content, _) in files.items():
            (draft / name).write_bytes(content)
    return [folder / name for name in files]


@app.command()
def submit(
    caption: CaptionArgument,
    seed: SeedOption = None,
    temperature: TemperatureOption = None,
    max_bricks: MaxBricksOption = None,
    drafts: DraftsOption = None,
    fields: FieldsOption = None,
    paint: PaintOption = None,
    inventory: InventoryOption = None,
    start: StartOption = None,
    out: OutOption = Path(),
    url: Annotated[
        str | None,
        typer.Option(envvar="LEGOLAB_URL", help="The service; else the one that runs here."),
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="LEGOLAB_TOKEN", help="What lets you in there.")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have a service turn a caption into the folder that `generate` makes."""
    options = _given(seed=seed, temperature=temperature, max_bricks=max_bricks, drafts=drafts)
    options |= _given(fields=_fields(fields), paint=_pairs(paint, "--paint"))
    options |= _given(inventory=_inventory(inventory), start=_structure(start))
    client, job = _client(url, token), None
    if seed is not None:
        check_free(out / folder_name(caption, seed), force)
    try:
        job = client.submit(caption, **options)
        with console.BrickCounter() as counter:
            for place in job.positions():
                counter.wait(place)
            counter.wait(0)
            result, folder = _grow(job.events(), counter, out, force)
        began = time.monotonic()
        files = job.save(folder, force=force)
    except KeyboardInterrupt:
        console.complain(f"Stopped; nothing was written. {_call_off(job)}")
        raise typer.Exit(INTERRUPTED) from None
    except FileError:
        _call_off(job)
        raise
    _tell(result, folder, files, time.monotonic() - began, as_json, {"job_id": job.id})


def _client(url: str | None, token: str | None) -> Client:
    from legolab.client import Client, find_service
    from legolab.serve.settings import home_folder

    return Client(*find_service(url, token, home_folder(os.environ)))


def _call_off(job: Job | None) -> str:
    """Cancel a job that nobody waits for any more; what has become of it, as a sentence."""
    if job is None:
        return "If the service has taken the order, it goes on with it."
    try:
        state = job.cancel()
    except LegolabError as error:
        return f"Job {job.id} could not be cancelled, and may go on: {error}"
    if state.status == "cancelled":
        return f"Job {job.id} was cancelled."
    return f"Job {job.id} had {state.status} already."


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A .txt, .ldr or .mpd file.")],
    world: WorldOption = "20x20x20",
    strict: Annotated[
        bool, typer.Option("--strict", help="Ask every brick to be held exactly, and how safely.")
    ] = False,
    backend: BackendOption = "auto",
    as_json: JsonOption = False,
    ground: Annotated[
        str, typer.Option(help="baseplate holds the lowest bricks, table cannot.")
    ] = "baseplate",
    load: Annotated[
        list[str] | None,
        typer.Option(help="BRICK=KG put on a brick, such as 12=0.2; bricks count from 1."),
    ] = None,
    mass: Annotated[
        list[str] | None, typer.Option(help="BRICK=KG of a brick itself, not the catalogue's.")
    ] = None,
    capacity: Annotated[
        float | None, typer.Option(help="N that one contact point holds; 0.98 as published.")
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Let contact points turn with their brick.")
    ] = False,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for each solve.")] = None,
) -> None:
    """Say whether a model stands, and which brick would fail first."""
    from legolab.bricks.structure import BrickStructure
    from legolab.stability.analysis import analyze

    structure = BrickStructure.load(file, _world(world))
    given = {"capacity": capacity, "time_limit": time_limit}
    report = analyze(
        structure,
        backend=backend,
        strict=strict,
        ground=cast("Ground", ground),
        loads=_kilograms("--load", load or [], len(structure)),
        masses=_kilograms("--mass", mass or [], len(structure)),
        rotate=rotate,
        **{name: value for name, value in given.items() if value is not None},
    )
    if as_json:
        console.write_json(report.to_json())
    else:
        console.show_check(structure, report)
    raise typer.Exit(_exit_code(report))


def _kilograms(option: str, entries: list[str], bricks: int) -> dict[int, float]:
    """What BRICK=KG say, bricks from 0."""
    found: dict[int, float] = {}
    for entry in entries:
        brick, _, kilograms = entry.partition("=")
        try:
            number, value = int(brick), float(kilograms)
        except ValueError:
            raise InputError(
                f"expected {option} as BRICK=KG, such as 12=0.2, got {entry!r}"
            ) from None
        if not 1 <= number <= bricks:
            raise InputError(f"expected {option} for a brick 1 to {bricks}, got brick {number}")
        found[number - 1] = value
    return found


@app.command()
def backends(as_json: JsonOption = False) -> None:
    """List the solvers, what there is of each, and how long it takes over 40 bricks."""
    from legolab.stability.comparison import inspect_backends

    inspections = inspect_backends()
    if as_json:
        document = [asdict(inspection) for inspection in inspections]
        console.write_json({"schema": "legolab.backends/1", "backends": document})
    else:
        console.show_backends(inspections)


@app.command()
def compare(
    files: Annotated[list[Path], typer.Argument(help=".txt, .ldr or .mpd files.")],
    world: WorldOption = "20x20x20",
    as_json: JsonOption = False,
) -> None:
    """Put the same model through every solver that is installed."""
    from legolab.bricks.structure import BrickStructure
    from legolab.stability import comparison

    structures = [(file, BrickStructure.load(file, _world(world))) for file in files]
    verdicts = []
    documents = []
    for file, structure in structures:
        found = comparison.compare(structure)
        verdicts.append(found.verdict.name)
        documents.append({"file": str(file), **found.to_json()})
        if not as_json:
            console.show_comparison(str(file), structure, found)
    if as_json:
        console.write_json({"schema": "legolab.comparison/1", "files": documents})
    codes = {"STABLE": 0, "UNSTABLE": 1, "UNVERIFIED": 3}
    raise typer.Exit(max(codes[verdict] for verdict in verdicts))


@app.command()
def render(
    file: Annotated[Path, typer.Argument(help="A .txt, .ldr or .mpd file.")],
    out: Annotated[Path | None, typer.Option(help="The picture; beside FILE if not given.")] = None,
    size: Annotated[int, typer.Option(help="Pixels along a side.")] = 512,
    world: WorldOption = "20x20x20",
    force: ForceOption = False,
) -> None:
    """Draw a model as a PNG picture with a transparent ground."""
    from legolab.bricks.structure import BrickStructure
    from legolab.rendering.preview import save_png

    structure = BrickStructure.load(file, _world(world))
    picture = file.with_suffix(".png") if out is None else out
    if picture.suffix.lower() != ".png":
        raise InputError(f"expected --out to end in .png, got {picture}")
    with whole_file(picture, force) as draft:
        save_png(structure, draft, size=size)
    console.say(str(picture))


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder of corpus, checkpoint and model.")] = Path(
        "legolab-training"
    ),
    minutes: Annotated[float, typer.Option(help="How long to train, corpus aside.")] = 60.0,
    structures: Annotated[int, typer.Option(min=1, help="Size of the corpus.")] = 63_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same corpus.")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="To make the corpus with.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint.")] = False,
    start: Annotated[
        Path | None, typer.Option(help="A trained model to begin with, instead of chance.")
    ] = None,
) -> None:
    """Make a corpus of shapes and captions and train the model on it."""
    _need("train", "torch", "transformers")
    from legolab.training.train import Recipe, train_model

    _between("--minutes", minutes, 0.01, 100_000.0)
    recipe = Recipe(structures=structures, seed=seed, minutes=minutes)
    try:
        with console.TrainingLine() as line:
            model = train_model(
                out,
                recipe=recipe,
                resume=resume,
                start=start,
                processes=processes,
                report=line.show,
            )
    except KeyboardInterrupt:
        console.complain("Stopped. After the first checkpoint, --resume goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    console.say(str(model))


@app.command()
def lab(
    folder: Annotated[Path, typer.Option(help="Your copy of the notebooks.")] = Path(
        "legolab-notebooks"
    ),
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    start: Annotated[bool, typer.Option(help="Start JupyterLab, or only copy.")] = True,
    jupyter: Annotated[
        list[str] | None, typer.Argument(help="After --: options for JupyterLab itself.")
    ] = None,
) -> None:
    """Open JupyterLab on your own copy of the notebooks; what you changed is kept."""
    if start:
        _need("notebook", "jupyterlab", "ipykernel")
    for notebook in _copy_notebooks(folder):
        console.say(str(notebook))
    if start:
        from jupyterlab.labapp import LabApp

        options = [f"--ServerApp.root_dir={folder.absolute()}", *(jupyter or [])]
        LabApp.launch_instance(options if browser else [*options, "--no-browser"])


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8866,
    host: Annotated[str, typer.Option(help="Other than this machine's own: needs a token.")] = (
        "127.0.0.1"
    ),
    ready_file: Annotated[
        Path | None, typer.Option(help="Gets the page's address once it can be opened.")
    ] = None,
) -> None:
    """Serve a page to ask for models, look into them and compare solvers."""
    _need("notebook", "voila", "ipywidgets", "pythreejs", "ipykernel")
    from legolab.widgets.dashboard import serve

    try:
        serve(port, host, ready_file, announce=console.say)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


@app.command()
def up(
    ready_file: Annotated[
        Path | None, typer.Option(help="Written once all answers: JSON of url, token and pid.")
    ] = None,
) -> None:
    """Run the whole service on this machine: web server, worker, scheduler, and a broker."""
    settings = _settings()
    from legolab.serve.bundle import ensure_bundle
    from legolab.serve.supervisor import supervise

    page = ensure_bundle(console.say) is not None
    number = supervise(settings, lambda ready: console.show_service(ready, page), ready_file)
    raise typer.Exit(INTERRUPTED if number == signal.SIGINT else 0)


@app.command()
def api(
    socket: Annotated[
        int | None, typer.Option(help="Number of a socket that listens already.", hidden=True)
    ] = None,
) -> None:
    """Run the web server of the service alone; LEGOLAB_REDIS_URL says where its broker is."""
    settings = _settings()
    from legolab.serve.api import address_of, adopt, listen, run_api

    with listen(settings) if socket is None else adopt(socket) as listener:
        if socket is None:
            console.say(address_of(listener))
        run_api(settings, listener)


@app.command()
def worker() -> None:
    """Run one worker of the service; LEGOLAB_REDIS_URL says where its broker is."""
    settings = _settings()
    from legolab.serve.worker import run_worker

    run_worker(settings)


@app.command()
def scheduler() -> None:
    """Look after lost jobs and results past their life; of several, one acts."""
    settings = _settings()
    from legolab.serve.scheduler import run_scheduler

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_scheduler(settings, stop)


@app.command()
def token(
    subject: Annotated[str, typer.Argument(help="Whom it speaks for.")],
    days: Annotated[float, typer.Option(help="How long it holds.")] = 30.0,
) -> None:
    """Make a token for the service, signed with LEGOLAB_SECRET."""
    settings = _settings()
    from legolab.serve.auth import make_token

    _between("--days", days, 1e-4, 3650.0)
    console.say(make_token(settings, subject, timedelta(days=days)))


def _settings() -> Settings:
    """The settings of the service, where its libraries are there."""
    if os.name != "posix":
        raise InputError("expected Linux or macOS for the service, got another system")
    _need("serve", "fastapi", "obstore", "redis", "rq", "uvicorn")
    from legolab.serve.settings import Settings

    return Settings.from_environment(os.environ)


def _copy_notebooks(folder: Path) -> list[Path]:
    """Copy the notebooks that are not in `folder` yet; where each of them is."""
    package = Path(__file__).parent
    shipped = package / "notebooks"
    if not shipped.is_dir():  # a source tree: the wheel takes them from beside the package
        shipped = package.parent / "notebooks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        notebooks = sorted(shipped.glob("*.ipynb"))
        for notebook in notebooks:
            if not (folder / notebook.name).exists():
                shutil.copyfile(notebook, folder / notebook.name)
    except OSError as error:
        raise FileError(f"cannot write {folder}: {error.strerror or error}") from error
    return [folder / notebook.name for notebook in notebooks]


def _need(extra: str, *modules: str) -> None:
    """See that the libraries of an extra are there."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        names = " and ".join(missing)
        raise InputError(f"This needs {names}, not installed here: pip install 'legolab[{extra}]'")


def _world(text: str) -> World:
    """
    >>> _world("48x48x40")
    (48, 48, 40)
    """
    match = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,5})x([1-9]\d{0,5})", text, re.ASCII)
    if match is None:
        raise InputError(f"expected --world such as 20x20x20 (studs, studs, layers), got {text!r}")
    return int(match[1]), int(match[2]), int(match[3])


def _between(option: str, value: float, low: float, high: float) -> float:
    """`value`, if it is a number in that range."""
    if not low <= value <= high:
        raise InputError(f"expected {option} from {low:g} to {high:g}, got {value:g}")
    return value


def _exit_code(report: StabilityReport) -> int:
    return {"STABLE": 0, "UNSTABLE": 1, "UNVERIFIED": 3}[report.verdict.name]
