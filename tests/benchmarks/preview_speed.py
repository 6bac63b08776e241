"""CPU milliseconds to draw a house of about 110 bricks: `python -m tests.benchmarks.preview_speed`.

One thread: set OMP_NUM_THREADS=1. The figure is the median of the runs after the first.
"""

import statistics
import sys
import time

from legolab.rendering.preview import png_bytes, render
from tests.rendering.models import house

RUNS = 7


def main() -> None:
    structure = house()
    sys.stdout.write(f"{len(structure)} bricks\n")
    for size in (512, 1024):
        for draw in (render, png_bytes):
            seconds = []
            for _ in range(RUNS + 1):
                start = time.process_time()
                draw(structure, size)
                seconds.append(time.process_time() - start)
            milliseconds = 1000 * statistics.median(seconds[1:])
            sys.stdout.write(f"{draw.__name__:>9} {size:>4} px: {milliseconds:.0f} ms CPU\n")


if __name__ == "__main__":
    main()
