"""What the worker of the client's tests runs: a real result with its real events.

The seed says how: 13 fails with a reason, 15 waits at the gate before each event (15 as the
largest number of bricks does too), 16 falls.
"""

import uuid

from rq import get_current_job

from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.generation.events import event_to_json
from legolab.generation.result import BrickPlaced, Finished, Generation, RolledBack, Started
from legolab.generation.trace import Trace
from legolab.serve.events import publish
from legolab.stability.analysis import analyze

FAILS, HELD, FALLS = 13, 15, 16
KEEP = 3600
REASON = "No table today."
FILES = {
    "preview.png": (b"\x89PNG\r\n", "image/png"),
    "model.ldr": (b"0 a chair\n", "application/x-ldraw"),
    "model.txt": (b"2x4 (0,0,0)\n2x2 (1,1,1)\n", "text/plain"),
    "report.json": (b'{"schema": "legolab.generation/1"}\n', "application/json"),
}


def gate(job_id):
    return f"gate:{job_id}"


def build(owner, order):
    job = get_current_job()
    seed, max_bricks = order.get("seed"), order["max_bricks"]
    result = generation(order["caption"], seed)
    stored = str(uuid.uuid5(uuid.NAMESPACE_OID, job.id))
    last = {"result": stored, "files": list(FILES), "brick_counts": brick_counts(result.structure)}
    for event in events(result):
        if HELD in (seed, max_bricks):
            job.connection.blpop(gate(job.id), timeout=60)
        document = event_to_json(event)
        if isinstance(event, Finished):
            document |= last
        if publish(job.connection, job.id, document, KEEP) is None:
            raise RuntimeError("the job is over")
        if seed == FAILS:
            publish(job.connection, job.id, {"type": "failed", "reason": REASON}, KEEP)
            job.retries_left = 0
            raise RuntimeError("no table")


def events(result):
    low, high = result.structure
    yield Started(result.caption, result.description, result.seed, result.notes)
    yield BrickPlaced(0, low)
    yield BrickPlaced(1, high)
    yield RolledBack(1, "falls")
    yield BrickPlaced(1, high)
    yield Finished(result)


def generation(caption, seed):
    above = "1x1 (5,5,3)" if seed == FALLS else "2x2 (1,1,1)"
    structure = BrickStructure.from_text(f"2x4 (0,0,0)\n{above}\n")
    return Generation(
        caption=caption,
        description="chair, back high",
        notes=("I took seat to mean chair.",),
        seed=7 if seed is None else seed,
        structure=structure,
        report=analyze(structure),
        trace=Trace("embedded", "0" * 12, 0.3, rollbacks=1, seconds={"decode": 0.2}),
    )
