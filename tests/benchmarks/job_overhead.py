"""What the service adds to a generation: `python -m tests.benchmarks.job_overhead`.

Of each caption and seed, in turn: the generation alone, warm and in this process, and the job, from
POST to the moment at which `finished` is read from its events by this process. The service works
out the safety factor, draws the picture and stores five files besides. Needs a quiet machine: both
cores are used.

A generation tells in its trace how long it decoded and verified. What the job adds is its time less
those seconds of its own generation, less what the generation alone took besides such seconds. (The
difference of two whole generations of seconds each would scatter by more than is to be measured;
it is printed too.)
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from legolab.generation.generator import generate
from tests.serve.running import running

JOBS = 40
CAPTIONS = (
    "a chair with four legs",
    "a small round table",
    "a bookshelf with three shelves",
    "a tall tower with a pointed roof",
    "a red sofa",
)


def follow(service, job: str) -> tuple[float, dict]:
    """When the job's end was read, and its last event."""
    with service.client.stream("GET", f"/generate/{job}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                event = json.loads(line[5:])
                if event["type"] in ("finished", "failed"):
                    return time.perf_counter(), event
    raise AssertionError("a stream ended without an end")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    home = tempfile.TemporaryDirectory()
    with home as folder, running(Path(folder), LEGOLAB_RATE_LIMIT="1000") as service:
        follow(service, service.order())
        generate(CAPTIONS[0], seed=0)
        alone, spent, added, bricks = [], [], [], []
        for index in range(JOBS):
            caption = CAPTIONS[index % len(CAPTIONS)]
            began = time.perf_counter()
            result = generate(caption, seed=index)
            alone.append(time.perf_counter() - began)
            besides = alone[-1] - sum(result.trace.seconds.values())
            began = time.perf_counter()
            end, event = follow(service, service.order(caption, seed=index))
            spent.append(end - began)
            added.append(spent[-1] - sum(event["trace"]["seconds"].values()) - besides)
            bricks.append(event["trace"]["proposals"])
        difference = median(job - by_itself for job, by_itself in zip(spent, alone, strict=True))
        say(f"{JOBS} jobs one by one: p50 {median(spent) * 1e3:.0f} ms from POST to finished")
        say(
            f"generation alone: p50 {median(alone) * 1e3:.0f} ms, {median(bricks):.0f} bricks tried"
        )
        say(
            f"added: p50 {median(added) * 1e3:.0f} ms, "
            f"p95 {quantiles(added, n=20)[-1] * 1e3:.0f} ms; "
            f"difference of whole generations: p50 {difference * 1e3:.0f} ms"
        )
        began = time.perf_counter()
        jobs = [
            service.order(CAPTIONS[index % len(CAPTIONS)], seed=100 + index)
            for index in range(JOBS)
        ]
        for job in jobs:
            assert service.finished(job)["status"] == "finished"
        seconds = time.perf_counter() - began
        say(f"{JOBS} jobs at once, one worker: {JOBS / seconds * 60:.0f} a minute")


if __name__ == "__main__":
    main()
