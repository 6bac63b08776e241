"""Moments of a trace as bricks that stand: drafts, rollbacks, bricks cut out of the middle."""

from legolab import generate
from legolab.generation.trace import Moment
from legolab.widgets.course import courses

DRAFT = Moment(0, "draft", 0, "temperature 0.3")


def test_a_rollback_is_a_drop():
    said = (DRAFT, *(Moment(n + 1, "proposal", n) for n in range(5)))
    said += (Moment(6, "rollback", 2, "brick 3 would fall"), Moment(7, "proposal", 2))
    (course,) = courses((*said, Moment(8, "end", 3, "stable")))
    assert [n for _, n in course.steps] == [0, 1, 2, 3, 4, 5, 2, 3, 3]
    (fall,) = course.falls
    assert (fall.ms, fall.before, fall.after, fall.is_rollback) == (6, 5, 2, True)
    assert fall.why == "brick 3 would fall"
    assert (course.bricks, course.verdict, course.is_kept) == (3, "stable", True)


def test_the_end_that_is_proposed_is_no_brick():
    said = (DRAFT, Moment(1, "proposal", 0, "2x4 (0,0,0)"), Moment(2, "proposal", 1, "the end"))
    (course,) = courses((*said, Moment(3, "end", 1, "stable")))
    assert course.bricks == 1 and course.proposals == [1, 2]


def test_where_bricks_were_cut_out_the_next_moment_tells_how_many_are_left():
    said = (DRAFT, *(Moment(n + 1, "proposal", n) for n in range(9)))
    said += (Moment(10, "pruned", 4, "2 bricks could not reach the ground"),)
    said += (Moment(11, "restart", 7, "no size fits"), Moment(12, "proposal", 7))
    (course,) = courses((*said, Moment(13, "end", 8, "stable")))
    (fall,) = course.falls
    assert (fall.before, fall.after, fall.is_rollback) == (9, 7, False)
    assert course.restarts == [11] and course.bricks == 8


def test_bricks_laid_otherwise_are_no_fall():
    said = (DRAFT, *(Moment(n + 1, "proposal", n) for n in range(5)))
    said += (Moment(6, "tied", 1, "laid otherwise"), Moment(7, "end", 6, "stable"))
    (course,) = courses(said)
    assert [n for _, n in course.steps][-3:] == [5, 6, 6]
    assert course.falls == [] and course.bricks == 6


def test_a_draft_that_goes_on_from_bricks_begins_with_them():
    (course,) = courses((DRAFT, Moment(1, "proposal", 20), Moment(2, "end", 21, "stable")))
    assert course.steps[0] == (0, 20)


def test_the_draft_that_was_chosen_is_kept_else_the_last():
    one, two = (
        (Moment(10 * n, "draft", n), Moment(10 * n + 5, "end", 3, "stable")) for n in (0, 1)
    )
    assert [course.is_kept for course in courses((*one, *two))] == [False, True]
    chosen = Moment(20, "chosen", 0)
    assert [course.is_kept for course in courses((*one, *two, chosen))] == [True, False]


def test_of_nothing_there_is_nothing():
    assert courses(()) == []


def test_a_real_trace_ends_with_the_bricks_that_came_out():
    result = generate("a small round table", seed=1)
    found = courses(result.trace.moments)
    (kept,) = (course for course in found if course.is_kept)
    assert kept.bricks == len(result.structure)
    assert kept.verdict == result.report.verdict.value
    assert len(found) == result.trace.drafts
    assert sum(len(course.proposals) for course in found) == result.trace.proposals
    assert sum(len(course.restarts) for course in found) == result.trace.rejections
