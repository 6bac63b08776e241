"""How many bricks stood when, draft by draft, from the moments of a trace. Knows no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from legolab.generation.trace import Moment

_TAKEN_OUT = ("pruned", "trimmed")
_TELLING = ("proposal", "restart", "end")  # their `brick` is how many stand then
_END = "the end"  # what a proposal says that is no brick


@dataclass(frozen=True)
class Fall:
    """Bricks that were taken back, or out."""

    ms: float
    before: int  # bricks that stood
    after: int
    why: str
    is_rollback: bool  # else they were cut out, and those after them put back


@dataclass
class Course:
    """One draft on its way."""

    number: int  # from 1
    began: float  # ms
    said: str  # with what it began: its temperature
    steps: list[tuple[float, int]] = field(default_factory=list)  # ms, bricks that stand from then
    proposals: list[float] = field(default_factory=list)  # ms
    restarts: list[float] = field(default_factory=list)  # ms
    falls: list[Fall] = field(default_factory=list)
    ended: float = 0.0  # ms
    verdict: str = ""  # empty while it has not ended
    is_kept: bool = False

    @property
    def bricks(self) -> int:
        """How many stand at the end."""
        return self.steps[-1][1] if self.steps else 0


def courses(moments: Sequence[Moment]) -> list[Course]:
    """The drafts that moments tell of, in order; one of them is kept.

    >>> said = [Moment(0, "draft", 0), Moment(2, "proposal", 0), Moment(4, "proposal", 1),
    ...     Moment(5, "rollback", 1), Moment(7, "end", 1, "stable")]
    >>> [course.steps for course in courses(said)]
    [[(0, 0), (2, 1), (4, 2), (5, 1), (7, 1)]]
    """
    found: list[Course] = []
    chosen = -1
    for moment, following in pairwise([*moments, None]):
        assert moment is not None  # None comes last
        if moment.what == "draft":
            stand = _stand(following, 0)
            found.append(Course(moment.brick + 1, moment.ms, moment.why, [(moment.ms, stand)]))
            found[-1].ended = moment.ms
        elif moment.what == "chosen":
            chosen = moment.brick
        elif found and moment.what != "judged":
            _take(found[-1], moment, following)
    if found:
        found[chosen].is_kept = True
    return found


def _take(course: Course, moment: Moment, following: Moment | None) -> None:
    """What a moment makes of a draft."""
    course.ended = moment.ms
    before, after = course.bricks, moment.brick
    if moment.what == "proposal":
        course.proposals.append(moment.ms)
        after += moment.why != _END
    elif moment.what == "restart":
        course.restarts.append(moment.ms)
    elif moment.what == "end":
        course.verdict = moment.why
    elif moment.what == "tied":
        after = _stand(following, before)
    elif moment.what == "rollback" or moment.what in _TAKEN_OUT:
        is_rollback = moment.what == "rollback"
        after = after if is_rollback else _stand(following, after)
        course.falls.append(Fall(moment.ms, before, after, moment.why, is_rollback))
    course.steps.append((moment.ms, after))


def _stand(moment: Moment | None, otherwise: int) -> int:
    """How many bricks stand before a moment, if it tells."""
    return moment.brick if moment is not None and moment.what in _TELLING else otherwise
