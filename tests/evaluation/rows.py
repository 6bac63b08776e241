"""Rows as `runs.load` gives them, made without a model."""

from dataclasses import asdict
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa

import legolab as ll
from legolab.evaluation.metrics import Measures, measure
from legolab.evaluation.shards import RESULT_COLUMNS, SHARD_COLUMNS, to_table
from legolab.generation.trace import Trace

STABLE = "2x4 (0,0,0)\n2x2 (1,1,1)\n"
FALLS = "2x4 (0,0,0)\n1x1 (5,5,3)\n"


def generation(text=STABLE, backend="auto", differences=(), **trace):
    """A result of these bricks, with such a trace."""
    structure = ll.BrickStructure.from_text(text)
    return SimpleNamespace(
        structure=structure,
        report=ll.analyze(structure, backend=backend),
        trace=Trace("embedded", "0123456789ab", 0.3, **trace),
        differences=differences,
    )


def built(caption="a chair", seed=0, category="chair", text=STABLE, **options):
    """A row with a model."""
    measures = asdict(measure(generation(text, **options)))
    seconds = {"seconds": 2.0, "seconds_load": 0.0, "seconds_decode": 1.5, "seconds_verify": 0.5}
    return row(caption, seed, category, "built", "", measures, structure=text, **seconds)


def refused(caption="a dog", seed=0, category="", outcome="refused", reason="I know no dog."):
    """A row without one."""
    return row(caption, seed, category, outcome, reason, asdict(Measures()), seconds=0.1)


def row(caption, seed, category, outcome, reason, measures, **more):
    told = {"outcome": outcome, "reason": reason, "caption": caption, "seed": seed}
    empty = dict.fromkeys(RESULT_COLUMNS | SHARD_COLUMNS)
    return empty | told | {"id": caption, "category": category} | measures | more


def frame(*rows):
    """As `runs.load` gives it."""
    clock = {name: kind for name, kind in SHARD_COLUMNS.items() if name.startswith("seconds")}
    kinds = {
        pa.bool_(): pd.BooleanDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.string(): pd.StringDtype("python"),
    }
    return to_table(rows, RESULT_COLUMNS | clock).to_pandas(types_mapper=kinds.get)
