# ruff: noqa: T201 - a script that prints
"""The largest stable part against greedy trimming, and against every subset, by hand.

python -m tests.stability.compare_largest
"""

from __future__ import annotations

import time
from statistics import median

from legolab.stability.support import largest_stable
from tests.stability.test_support import cut_at_failures, largest_by_trying, unstable_structures

STRUCTURES, BRICKS = 30, 60
SMALL, FEW = 12, 10


def main() -> None:
    shares, cuts, seconds, proven = [], [], [], 0
    for structure in unstable_structures(STRUCTURES, BRICKS, seed=11):
        began = time.perf_counter()
        part = largest_stable(structure)
        seconds.append(time.perf_counter() - began)
        proven += part.proven
        shares.append(len(part.kept) / len(structure))
        cuts.append(len(cut_at_failures(structure)) / len(structure))
    print(f"{STRUCTURES} unstable structures of up to {BRICKS} bricks")
    print(f"kept {median(shares):.2f} of the bricks, cut at the failures {median(cuts):.2f}")
    print(f"never less: {all(a >= b for a, b in zip(shares, cuts, strict=True))}")
    print(f"proven {proven}; seconds: median {median(seconds):.3f}, most {max(seconds):.3f}")
    same = below = 0
    for structure in unstable_structures(SMALL, FEW, seed=12):
        part, most = largest_stable(structure), largest_by_trying(structure)
        same += len(part.kept) == most
        below += len(part.kept) < most and not part.proven
    print(f"every subset of up to {FEW} bricks, {SMALL} structures: {same} equal, ", end="")
    print(f"{below} smaller and not claimed to be the largest")


if __name__ == "__main__":
    main()
