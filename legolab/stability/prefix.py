"""Verdicts of a structure that grows and shrinks at its end, and of every step of a building.

Knows nothing of how bricks are chosen. What was worked out for fewer bricks is kept: going back
costs nothing, and going on begins from the last forces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from legolab.bricks.brick import Brick
from legolab.bricks.contacts import brick_boxes
from legolab.errors import InputError
from legolab.stability.analysis import DEFAULT_TIME_LIMIT, Judged, judge_boxes
from legolab.stability.balance import Judgement
from legolab.stability.equilibrium import PULL_CAPACITY, FloatArray, Ground, Physics
from legolab.stability.registry import choose_backend
from legolab.stability.report import Verdict

_KEPT = 32
"""Numbers of bricks of which the forces are kept."""


class PrefixVerifier:
    """The verdict of bricks that are put on and taken off one by one.

    >>> verifier = PrefixVerifier([Brick(2, 4, 0, 0, 0)])
    >>> verifier.verdict
    <Verdict.STABLE: 'stable'>
    >>> verifier.append(Brick(2, 4, 0, 9, 1))  # in the air
    >>> verifier.first_unstable
    1
    >>> verifier.cut(1)
    >>> verifier.verdict
    <Verdict.STABLE: 'stable'>
    """

    def __init__(
        self,
        bricks: Iterable[Brick] = (),
        backend: str = "auto",
        ground: Ground = "baseplate",
        loads: Mapping[int, float] | None = None,
        time_limit: float = DEFAULT_TIME_LIMIT,
        *,
        rotate: bool = False,
        capacity: float = PULL_CAPACITY,
        masses: Mapping[int, float] | None = None,
    ) -> None:
        """Begin with some bricks, or none.

        Args:
            bricks: in building order; no two in one place, which is not checked.
            backend: name of a solver, "unverified", or "auto".
            ground: "baseplate" or "table".
            loads: kg on a brick, by index, from when it is there.
            time_limit: seconds for each solve.
            rotate: the points of a brick turn with it, see `equilibrium`.
            capacity: N that one contact point holds.
            masses: kg of a brick itself, by index, instead of the catalogue's.

        Raises:
            InputError: there is no such backend or ground, or a number makes no sense.
        """
        self._backend, self._time_limit = choose_backend(backend), time_limit
        self._physics = Physics(ground, loads or {}, rotate, capacity, masses or {})
        self._bricks: list[Brick] = list(bricks)
        self._boxes = brick_boxes(self._bricks)  # and room for more
        self._known: dict[int, Judged] = {}  # by number of bricks
        self._judged: dict[int, Judgement] = {}  # likewise, of the newest; fewest bricks first

    def __len__(self) -> int:
        """Number of bricks."""
        return len(self._bricks)

    @property
    def bricks(self) -> tuple[Brick, ...]:
        """In building order."""
        return tuple(self._bricks)

    def append(self, brick: Brick) -> None:
        """Put a brick on."""
        count = len(self._bricks)
        self._bricks.append(brick)
        if count == len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.zeros((count + 1, 5), np.int64)])
        self._boxes[count] = brick.h, brick.w, brick.x, brick.y, brick.z

    def cut(self, count: int) -> None:
        """Keep the first `count` bricks.

        Raises:
            InputError: there are not so many.
        """
        if not 0 <= count <= len(self._bricks):
            raise InputError(f"expected 0 to {len(self._bricks)} bricks to keep, got {count}")
        del self._bricks[count:]
        self._known = {n: found for n, found in self._known.items() if n <= count}
        self._judged = {n: found for n, found in self._judged.items() if n <= count}

    @property
    def scores(self) -> FloatArray | None:
        """The scores of `analyze`; float64 [bricks], None when unverified.

        Raises:
            SolverError: the solve ended without an answer.
        """
        return self.scores_of_first(len(self._bricks))

    def scores_of_first(self, count: int) -> FloatArray | None:
        """The scores of `analyze` for the first so many bricks; as `scores`.

        Raises:
            InputError: there are not so many.
            SolverError: the solve ended without an answer.
        """
        return self._judge(count, scored=True).scores

    @property
    def verdict(self) -> Verdict:
        """Of the bricks there are now; no bricks stand.

        Raises:
            SolverError: the solve ended without an answer.
        """
        return self.verdict_of_first(len(self._bricks))

    def verdict_of_first(self, count: int) -> Verdict:
        """Of the first so many bricks, when no more of them are there.

        Raises:
            InputError: there are not so many.
            SolverError: the solve ended without an answer.
        """
        return self._judge(count, scored=False).verdict

    def _judge(self, count: int, scored: bool) -> Judged:
        if not 0 <= count <= len(self._bricks):
            raise InputError(f"expected 0 to {len(self._bricks)} bricks to judge, got {count}")
        if count == 0:
            return Judged(Verdict.STABLE, np.empty(0))
        known = self._known.get(count)
        if known is not None and (known.scores is not None or not scored):
            return known
        fewer = count - 1
        if fewer not in self._judged:
            fewer = max((n for n in self._judged if n < count), default=0)
        found = judge_boxes(
            self._boxes[:count],
            self._backend,
            self._physics.first(count),
            self._time_limit,
            self._judged.get(fewer),
            scored=scored,
        )
        self._known[count] = found._replace(judgement=None)
        if found.judgement is not None:
            self._judged[count] = found.judgement
            if len(self._judged) > _KEPT:
                del self._judged[min(self._judged)]
        return found

    @property
    def first_unstable(self) -> int | None:
        """Index of the first brick that fails; None if none does.

        Raises:
            SolverError: the solve ended without an answer.
        """
        scores = self.scores
        if scores is None:
            return None
        failing = np.flatnonzero(scores >= 1)
        return int(failing[0]) if len(failing) else None


def unstable_steps(
    bricks: Iterable[Brick],
    backend: str = "auto",
    ground: Ground = "baseplate",
    *,
    loads: Mapping[int, float] | None = None,
    rotate: bool = False,
    capacity: float = PULL_CAPACITY,
    masses: Mapping[int, float] | None = None,
) -> tuple[int, ...]:
    """After which bricks a building does not stand, though it may once it goes on.

    >>> arch = [Brick(2, 2, 0, 0, 0), Brick(6, 2, 0, 0, 1), Brick(2, 2, 4, 0, 0)]
    >>> unstable_steps(arch), unstable_steps([*arch, Brick(2, 2, 9, 9, 3), Brick(2, 2, 0, 0, 2)])
    ((), (4, 5))

    Args:
        bricks: in building order.
        backend: name of a solver, or "auto".
        ground: "baseplate" or "table".
        loads, rotate, capacity, masses: as `PrefixVerifier` has them.

    Returns:
        Numbers of bricks standing, counted from 1; all of them when unverified.

    Raises:
        SolverError: a solve ended without an answer.
    """
    verifier = PrefixVerifier(
        backend=backend,
        ground=ground,
        loads=loads,
        rotate=rotate,
        capacity=capacity,
        masses=masses,
    )
    steps = []
    for brick in bricks:
        verifier.append(brick)
        if verifier.verdict is not Verdict.STABLE:
            steps.append(len(verifier))
    return tuple(steps)
