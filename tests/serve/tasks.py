"""What the worker of the tests runs: two bricks and a result, in steps that a test can hold.

The seed says how: 13 fails with a reason, 14 without one, 15 waits at the gate before each event.
"""

import uuid

from rq import get_current_job

from legolab.serve.events import publish

HELD, FAILS, BREAKS = 15, 13, 14
KEEP = 3600
REPORT = {"schema": "legolab.report/1", "verdict": "stable"}


def build(owner, order):
    job = get_current_job()
    prompt, seed = order["caption"], order.get("seed")
    events = [
        {"type": "started", "caption": prompt, "description": "chair", "seed": seed, "notes": []},
        {"type": "brick_placed", "index": 0, "brick": "2x4 (0,0,0)"},
        {"type": "brick_placed", "index": 1, "brick": "2x2 (1,1,1)"},
    ]
    for event in events:
        if seed == HELD:
            job.connection.blpop(gate(job.id), timeout=60)
        if publish(job.connection, job.id, event, KEEP) is None:
            raise RuntimeError("the job is over")
    if seed == FAILS:
        publish(job.connection, job.id, {"type": "failed", "reason": "No table today."}, KEEP)
        job.retries_left = 0
        raise RuntimeError("no table")
    if seed == BREAKS:
        raise RuntimeError("a secret word")
    publish(job.connection, job.id, finished(job.id, seed), KEEP)


def finished(job_id, seed=7):
    """The last event of a job, with a result that follows from its id."""
    return {
        "type": "finished",
        "structure": "2x4 (0,0,0)\n2x2 (1,1,1)\n",
        "description": "chair",
        "seed": seed,
        "notes": [],
        "differences": [],
        "paint": {},
        "kept": 0,
        "missing": {},
        "report": REPORT,
        "brick_counts": {"2x2": 1, "2x4": 1},
        "result": str(uuid.uuid5(uuid.NAMESPACE_OID, job_id)),
        "files": ["preview.png", "model.ldr"],
    }


def gate(job_id):
    return f"gate:{job_id}"
