"""Run captions by seeds through an engine, keep every row, go on after any stop.

A run is a folder: `run.json` says what was asked, `rows/` holds a shard for each caption and seed,
and when all are there `results.parquet` and `seconds.parquet` hold them together. Which rows are
done is told by caption, seed and settings (weights, temperature, bricks allowed, solver, version),
so that a folder may be asked for more seeds, fewer captions or another temperature.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legolab.errors import (
    CaptionError,
    EngineError,
    FileError,
    SolverError,
)
from legolab.evaluation.captions import Caption
from legolab.evaluation.extra import library
from legolab.evaluation.metrics import Measures, measure
from legolab.evaluation.plan import Plan, Settings, make_plan, read_plan, write_plan
from legolab.evaluation.progress import Progress, Tell
from legolab.evaluation.shards import (
    BUILT,
    FAILED,
    REFUSED,
    RESULT_COLUMNS,
    RESULTS,
    SECONDS,
    SHARD_COLUMNS,
    SHARDS,
    Row,
    read_shard,
    remove_results,
    to_table,
    write_results,
    write_shard,
)
from legolab.generation.engine import Engine, EngineClient, Request
from legolab.generation.generator import DEFAULT_MAX_BRICKS, DEFAULT_TEMPERATURE
from legolab.generation.order import Order
from legolab.generation.result import BrickPlaced, Finished, Generation, RolledBack, Trimmed

if TYPE_CHECKING:
    import pandas as pd

TRIES = 2
"""Times a row is asked for when the engine dies over it; then it is kept as failed."""

DEATHS = 3
"""Failed rows one after the other after which the run stops: it is not the captions then."""

TELL_SECONDS = 0.1
"""Between two reports of how many bricks stand; the ends of rows are always reported."""

_CLOCK = ("load", "decode", "verify")


def run(
    captions: Path | str | Sequence[Caption] | None,
    out: Path | str,
    *,
    seeds: Sequence[int] | int | str = 0,
    model: str = "embedded",
    temperature: float = DEFAULT_TEMPERATURE,
    max_bricks: int = DEFAULT_MAX_BRICKS,
    limit: int | None = None,
    tell: Tell | None = None,
    engine: EngineClient | None = None,
) -> Path:
    """Generate every caption with every seed; rows that are there already are not made again.

    A caption the model does not know gives a row that is not valid and says why. When the engine
    dies over a row it is asked once more; a row that fails again is kept as failed, and tried anew
    by the next call. Stopped at any moment, the next call goes on behind the last whole row.

    Args:
        captions: a file (see `read_captions`), captions, or None for the shipped set.
        out: folder of the run; made if it is not there.
        seeds: one, several, or words such as "0:3", "7" or "1,4,9"; 0 to 2**32 - 1 each.
        model: "embedded", or the folder of a model that `legolab train` made.
        temperature: above 0, up to 10.
        max_bricks: at least 1.
        limit: take only so many captions, the first ones.
        tell: is called with where the run stands, at the end of every row and in between.
        engine: one that is there already, for the same model; else one is started and ended.

    Returns:
        The folder, to `load`.

    Raises:
        InputError: the captions or an argument cannot be used, or the extra is not installed.
        FileError: the folder cannot be written.
        ModelError: the model's files are missing or damaged.
        EngineError: generations died one after the other.
    """
    library("pyarrow.parquet")
    plan = make_plan(captions, seeds, model, temperature, max_bricks, limit)
    out = Path(out)
    try:
        (out / SHARDS).mkdir(parents=True, exist_ok=True)
        remove_results(out)
        write_plan(out, plan)
        _generate_missing(out, plan, tell or (lambda progress: None), engine)
        write_results(out, _collect(out, plan))
    except OSError as error:
        raise FileError(f"cannot write {out}: {error.strerror or error}") from error
    return out


def load(folder: Path | str) -> pd.DataFrame:
    """A run as a table, one row for each caption and seed; of an unfinished run what there is.

    Columns: what was asked (`id`, `category`, `caption`, `seed`, settings), how it ended (`outcome`
    is built, refused or failed, `reason` why), what was understood, the measures of
    `metrics.Measures`, the brick text `structure`, and `seconds` in all and by stage.

    Raises:
        FileError: there is no run in the folder.
        InputError: pandas or pyarrow is not installed.
    """
    pandas, pyarrow = library("pandas"), library("pyarrow")
    parquet = library("pyarrow.parquet")
    folder = Path(folder)
    columns = RESULT_COLUMNS | {name: SHARD_COLUMNS[name] for name in _clock_columns()}
    try:
        plan = read_plan(folder)
        if (folder / RESULTS).exists():
            table = parquet.read_table(folder / RESULTS)
            seconds = parquet.read_table(folder / SECONDS)
            for name in _clock_columns():
                table = table.append_column(name, seconds[name])
        else:
            table = to_table(_collect(folder, plan), columns)
    except (OSError, pyarrow.ArrowException) as error:
        raise FileError(f"the run in {folder} cannot be read: {error}") from error
    kinds = {
        pyarrow.bool_(): pandas.BooleanDtype(),
        pyarrow.int64(): pandas.Int64Dtype(),
        pyarrow.string(): pandas.StringDtype("python"),
    }
    return table.to_pandas(types_mapper=kinds.get)


def _collect(folder: Path, plan: Plan) -> list[Row]:
    """The rows that are there, in order, with what the run was asked."""
    asked = asdict(plan.settings)
    rows = []
    for caption, seed in plan.jobs:
        row = read_shard(folder, plan.shard(caption, seed))
        if row is not None:
            rows.append(row | asked | {"id": caption.id, "category": caption.category})
    return rows


def _generate_missing(out: Path, plan: Plan, tell: Tell, engine: EngineClient | None) -> None:
    """Make the rows that are not there, and those that failed."""
    missing: list[tuple[Caption, int]] = []
    refused = 0
    for caption, seed in plan.jobs:
        row = read_shard(out, plan.shard(caption, seed))
        if row is None or row["outcome"] == FAILED:
            missing.append((caption, seed))
        else:
            refused += row["outcome"] == REFUSED
    kept = plan.rows - len(missing)
    now = Progress(done=kept, kept=kept, total=plan.rows, refused=refused)
    tell(now)
    if not missing:
        return
    with ExitStack() as stack:
        if engine is None:
            engine = stack.enter_context(Engine(model=plan.settings.model))
        engine.ready()
        began = time.monotonic()
        deaths = 0
        for caption, seed in missing:
            now = replace(now, caption=caption.text, seed=seed, bricks=0)
            row = _row(engine, _request(plan.settings, caption, seed), now, tell, began)
            write_shard(out, plan.shard(caption, seed), row)
            failed = row["outcome"] == FAILED
            deaths = deaths + 1 if failed else 0
            now = replace(
                now,
                done=now.done + 1,
                seconds=time.monotonic() - began,
                refused=now.refused + (row["outcome"] == REFUSED),
                failed=now.failed + failed,
            )
            tell(now)
            if deaths == DEATHS:
                raise EngineError(
                    f"{DEATHS} generations in a row failed, so I stopped; {now.done - now.failed} "
                    f"of {now.total} are kept. The last: {row['reason']}"
                )


def _request(settings: Settings, caption: Caption, seed: int) -> Request:
    order = Order(
        caption.text,
        seed=seed,
        temperature=settings.temperature,
        max_bricks=settings.max_bricks,
    )
    return Request(order, settings.model)


def _row(engine: EngineClient, request: Request, now: Progress, tell: Tell, began: float) -> Row:
    """One generation as a row, however it ends."""
    row: Row = dict.fromkeys(SHARD_COLUMNS)
    order = request.order
    row |= {"caption": order.caption, "seed": order.seed, "reason": "", **asdict(Measures())}
    for last in (*[False] * (TRIES - 1), True):
        asked = time.perf_counter()
        try:
            result = _watch(engine, request, now, tell, began)
        except CaptionError as error:
            row |= {"outcome": REFUSED, "reason": str(error)}
        except (EngineError, SolverError) as error:
            if not last:
                continue
            row |= {"outcome": FAILED, "reason": str(error)}
        else:
            row |= {"outcome": BUILT, **_content(result)}
        row["seconds"] = time.perf_counter() - asked
        return row
    raise AssertionError("the last try ends the loop")


def _watch(
    engine: EngineClient, request: Request, now: Progress, tell: Tell, began: float
) -> Generation:
    """Follow a generation to its end, telling how many bricks stand."""
    bricks = 0
    told = -math.inf
    for event in engine.stream(request):
        match event:
            case BrickPlaced(index=index):
                bricks = index + 1
            case RolledBack(kept=kept) | Trimmed(kept=kept):
                bricks = kept
            case Finished(result=result):
                return result
            case _:
                continue
        seconds = time.monotonic() - began
        if seconds - told >= TELL_SECONDS:
            told = seconds
            tell(replace(now, bricks=bricks, seconds=seconds))
    raise EngineError("expected a generation to end with its result, got none")


def _content(result: Generation) -> Mapping[str, Any]:
    """What a row says of a generation."""
    return {
        "subject": result.description.partition(",")[0],
        "description": result.description,
        "notes": " ".join(result.notes),
        "differences": "; ".join(map(str, result.differences)),
        **asdict(measure(result)),
        "structure": result.structure.to_text(),
        **{f"seconds_{stage}": result.trace.seconds.get(stage) for stage in _CLOCK},
    }


def _clock_columns() -> list[str]:
    return ["seconds", *(f"seconds_{stage}" for stage in _CLOCK)]
