"""Analyse a structure: lay out its forces, solve, read scores and a verdict from the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.brick import Brick
from legolab.bricks.connectivity import reach_ground
from legolab.bricks.contacts import IntArray, SideContacts, brick_boxes
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError, SolverError
from legolab.stability.balance import KINDS, Balance, Judgement, balance_of
from legolab.stability.equilibrium import (
    FX,
    FY,
    FZ,
    PULL_CAPACITY,
    PULL_TOLERANCE,
    ROWS,
    T1,
    T2,
    FloatArray,
    Ground,
    Physics,
    Points,
    Scene,
    build_scene,
    weigh_boxes,
    weigh_bricks,
)
from legolab.stability.margin import least_pull, least_pull_on, room_for, strict_balance
from legolab.stability.program import Outcome, published_program, pulled_bricks
from legolab.stability.registry import (
    FALLBACK,
    UNVERIFIED,
    Backend,
    choose_backend,
    find_backend,
    load_backend,
    own_form,
)
from legolab.stability.report import Forces, Options, StabilityReport, Verdict
from legolab.stability.turning import laid

logger = logging.getLogger("legolab")

RESIDUAL_TOLERANCE = 1e-6
"""N or N m out of balance from which a brick fails (arXiv 2505.05469). The gap is wide: stable
structures are exact to 1e-15, the smallest unstable one was out by 8.2e-6 (measured)."""
DEFAULT_TIME_LIMIT = 60.0
"""Seconds for each solve."""


def analyze(
    structure: BrickStructure,
    backend: str = "auto",
    strict: bool = False,
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    *,
    rotate: bool = False,
    capacity: float = PULL_CAPACITY,
    masses: Mapping[int, float] | None = None,
) -> StabilityReport:
    """Does it stand, and which bricks are how close to failing?

    >>> from legolab.bricks.structure import BrickStructure
    >>> report = analyze(BrickStructure.from_text("2x4 (0,0,0)\\n2x2 (1,1,1)\\n"))
    >>> report.verdict
    <Verdict.STABLE: 'stable'>

    By default the verdict is that of the published program (arXiv 2505.05469) with its ties broken.
    Bricks without a path to the ground through stud contacts fail whatever the solution says; they
    stay in the program, as published, where they share no vertical force with the rest.

    `strict` asks for an exact equilibrium whose largest pull is as small as can be, and gives each
    brick's largest pull over the capacity in the cheapest such equilibrium. Where there is no
    equilibrium at all, scores and residuals are the published ones: residuals show where it fails.

    Without any solver, or with backend "unverified", all scores are 0 and the verdict UNVERIFIED.

    Args:
        structure: at least one brick.
        backend: name of a solver, "unverified", or "auto".
        strict: verdict by the strict program.
        ground: "baseplate" pulls on the lowest bricks, a "table" cannot.
        loads: kg put on the centre of a brick, by index in the structure.
        time_limit: seconds for each solve (one, two when strict).
        rotate: the points of a brick turn with it, so that turning the structure changes nothing;
            see `equilibrium`.
        capacity: N that one contact point holds.
        masses: kg of a brick itself, by index, instead of the catalogue's.

    Raises:
        InputError: empty structure, unknown backend or ground, or a number that makes no sense.
        SolverError: a solve ended without an answer.
    """
    start = time.perf_counter()
    if not time_limit > 0:
        raise InputError(f"expected a time limit above 0 s, got {time_limit}")
    options = Options(
        ground=ground,
        loads=loads or {},
        rotate=rotate,
        capacity=capacity,
        masses=masses or {},
        strict=strict,
        time_limit=time_limit,
    )
    name = choose_backend(backend)
    boxes, weights = weigh_bricks(structure, options)
    if name == UNVERIFIED:
        return _unverified(structure, time.perf_counter() - start, options)
    solving = time.perf_counter()
    solver = load_backend(name)
    own, t = own_form(solver), np.inf
    if own is not None:
        if strict:
            t = least_pull(structure, options, solver, time_limit)
        within = room_for(t, capacity) if np.isfinite(t) else 0.0
        turns, lying = laid(boxes, weights, options.rotate)
        found = own.judge(
            lying, weights, options.ground, options.rotate, time_limit, whole=True, within=within
        )
        if found is not None:
            return _judged_report(structure, name, options, turns, found, start, solving)
        _tell_unproved(len(boxes))
        name, solver = find_backend(FALLBACK)
    scene = build_scene(structure, options)
    floating = ~reach_ground(scene.contacts.studs)
    solving = time.perf_counter()
    if strict and own is None:
        t = least_pull_on(scene, solver, time_limit)
    if np.isfinite(t):
        balance = strict_balance(scene, t, name, solver, time_limit)
    else:
        balance = _published(scene, name, solver, time_limit)
    solved = time.perf_counter()
    failing = floating | (balance.residuals > RESIDUAL_TOLERANCE).any(axis=1)
    scores = _scores(largest_pulls(scene, balance), failing, capacity)
    back = np.argsort(scene.order)
    return StabilityReport(
        structure=structure,
        verdict=_verdict(scores),
        scores=scores[back],
        residuals=_residuals(balance.residuals, scene.turns)[back],
        objective=balance.objective,
        find_forces=partial(read_forces, scene, balance.forces),
        floating_bricks=floating[back],
        backend=balance.solver,
        seconds=time.perf_counter() - start,
        options=options,
        columns=balance.columns,
        rows=balance.rows,
        solve_seconds=solved - solving,
    )


def verdict_of(
    structure: BrickStructure,
    backend: str = "auto",
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    *,
    rotate: bool = False,
    capacity: float = PULL_CAPACITY,
    masses: Mapping[int, float] | None = None,
) -> Verdict:
    """The verdict of `analyze` and nothing else, in less time: for loops that need no scores.

    Args:
        structure: at least one brick.
        backend: name of a solver, "unverified", or "auto".
        ground: "baseplate" pulls on the lowest bricks, a "table" cannot.
        loads: kg put on the centre of a brick, by index in the structure.
        time_limit: seconds.
        rotate: the points of a brick turn with it, so that turning the structure changes nothing;
            see `equilibrium`.
        capacity: N that one contact point holds.
        masses: kg of a brick itself, by index, instead of the catalogue's.

    Raises:
        InputError, SolverError: as `analyze`.
    """
    physics = Physics(ground, loads or {}, rotate, capacity, masses or {})
    return _judge(structure, backend, physics, time_limit, scored=False).verdict


def scores_of(
    bricks: Collection[Brick],
    backend: str = "auto",
    ground: Ground = "baseplate",
    loads: Mapping[int, float] | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    *,
    rotate: bool = False,
    capacity: float = PULL_CAPACITY,
    masses: Mapping[int, float] | None = None,
) -> FloatArray | None:
    """The scores of `analyze` and nothing else; float64 [bricks], None when unverified.

    Args:
        bricks: at least one, no two in one place.
        backend: name of a solver, "unverified", or "auto".
        ground: "baseplate" pulls on the lowest bricks, a "table" cannot.
        loads: kg put on the centre of a brick, by index.
        time_limit: seconds.
        rotate: the points of a brick turn with it, so that turning the structure changes nothing;
            see `equilibrium`.
        capacity: N that one contact point holds.
        masses: kg of a brick itself, by index, instead of the catalogue's.

    Raises:
        InputError, SolverError: as `analyze`.
    """
    physics = Physics(ground, loads or {}, rotate, capacity, masses or {})
    return _judge(bricks, backend, physics, time_limit, scored=True).scores


def _judge(
    bricks: Collection[Brick], backend: str, physics: Physics, time_limit: float, scored: bool
) -> Judged:
    if not time_limit > 0:
        raise InputError(f"expected a time limit above 0 s, got {time_limit}")
    name = choose_backend(backend)
    return judge_boxes(brick_boxes(bricks), name, physics, time_limit, scored=scored)


class Judged(NamedTuple):
    """What is known of bricks.

    Attributes:
        verdict: of `analyze`.
        scores: float64 [bricks]; None when unverified, or where they were neither asked for nor
            found on the way.
        judgement: what the next call may begin from when bricks are put on, if there is anything.
    """

    verdict: Verdict
    scores: FloatArray | None = None
    judgement: Judgement | None = None


def judge_boxes(
    boxes: IntArray,
    name: str,
    physics: Physics,
    time_limit: float,
    fewer: Judgement | None = None,
    *,
    scored: bool,
) -> Judged:
    """The verdict, and perhaps the scores, of bricks as boxes.

    Args:
        boxes: int64 [bricks, 5], as `brick_boxes` has them; at least one, no two in one place.
        name: of `choose_backend`.
        physics: of these bricks.
        time_limit: seconds.
        fewer: what this gave for the first so many of the bricks by the same physics.
        scored: scores are wanted.

    Raises:
        InputError, SolverError: as `analyze`.
    """
    weights = weigh_boxes(boxes, physics)
    if name == UNVERIFIED:
        return Judged(Verdict.UNVERIFIED)
    own = own_form(load_backend(name))
    if own is not None:
        _, lying = laid(boxes, weights, physics.rotate)
        asked = (lying, weights, physics.ground, physics.rotate, time_limit)
        before = None if physics.rotate else fewer  # fewer bricks may have been turned otherwise
        found: bool | Judgement | None
        if scored:
            found = own.judge(*asked, fewer=before)
        else:
            found = own.stands(*asked, physics.capacity - PULL_TOLERANCE, before)
        if isinstance(found, bool):
            return Judged(Verdict.STABLE if found else Verdict.UNSTABLE)
        if found is not None:
            scores = _scores(found.pulls, _failing(found), physics.capacity)
            return Judged(_verdict(scores), scores, found)
        _tell_unproved(len(boxes))
        name = FALLBACK
    report = analyze(
        BrickStructure([Brick(*row) for row in boxes.tolist()], _around(boxes)),
        name,
        False,
        physics.ground,
        physics.loads,
        time_limit,
        rotate=physics.rotate,
        capacity=physics.capacity,
        masses=physics.masses,
    )
    return Judged(report.verdict, report.scores)


def _verdict(scores: FloatArray) -> Verdict:
    return Verdict.STABLE if (scores < 1).all() else Verdict.UNSTABLE


def _tell_unproved(bricks: int) -> None:
    logger.info("the engine proved nothing for %d bricks: HiGHS solves", bricks)


def _failing(found: Judgement) -> NDArray[np.bool_]:
    if not found.residuals.any():
        return ~found.held
    return ~found.held | (found.residuals > RESIDUAL_TOLERANCE).any(axis=1)


def _judged_report(
    structure: BrickStructure,
    name: str,
    options: Options,
    turns: int,
    found: Judgement,
    start: float,
    solving: float,
) -> StabilityReport:
    solved = time.perf_counter()
    scores = _scores(found.pulls, _failing(found), options.capacity)
    return StabilityReport(
        structure=structure,
        verdict=_verdict(scores),
        scores=scores,
        residuals=_residuals(found.residuals, turns),
        objective=found.objective,
        find_forces=partial(_forces_of, structure, options, found.forces),
        floating_bricks=~found.held,
        backend=name,
        seconds=time.perf_counter() - start,
        options=options,
        columns=found.columns,
        rows=found.rows,
        solve_seconds=solved - solving,
    )


def _around(boxes: IntArray) -> tuple[int, int, int]:
    """A world that all bricks are in."""
    h, w, x, y, z = boxes.T
    width, depth, height = (int(end.max()) for end in (x + h, y + w, z + 1))
    return width, depth, height


def _unverified(structure: BrickStructure, seconds: float, options: Options) -> StabilityReport:
    """Perfect scores that nobody worked out, and a verdict that says so."""
    bricks = len(structure)
    nothing = np.empty(0)
    nowhere = np.empty(0, dtype=np.int64)
    return StabilityReport(
        structure=structure,
        verdict=Verdict.UNVERIFIED,
        scores=np.zeros(bricks),
        residuals=np.zeros((bricks, ROWS)),
        objective=None,
        find_forces=partial(
            Forces, np.empty(0, "U10"), nowhere, nowhere, nothing, nothing, nothing, nothing
        ),
        floating_bricks=np.zeros(bricks, dtype=np.bool_),
        backend=UNVERIFIED,
        seconds=seconds,
        options=options,
    )


def _published(scene: Scene, name: str, solver: Backend, time_limit: float) -> Balance:
    solution = solver.solve(published_program(scene), time_limit)
    if solution.outcome is not Outcome.OPTIMAL:
        raise SolverError(
            "expected a solution of the published program, which always has one, but the solver "
            "said there is none"
        )
    return balance_of(solution, name)


def _scores(pulls: FloatArray, failing: NDArray[np.bool_], capacity: float) -> FloatArray:
    """Largest pull over the capacity, 1 where the brick fails; float64 [bricks]."""
    scores: FloatArray = pulls / capacity
    scores[failing | (pulls >= capacity - PULL_TOLERANCE)] = 1.0
    return scores


def _residuals(found: FloatArray, turns: int) -> FloatArray:
    """float64 [bricks, 5] along the axes of the structure, of which a turn exchanges two."""
    return found[:, [FY, FX, FZ, T2, T1]] if turns % 2 else found


def largest_pulls(scene: Scene, balance: Balance) -> FloatArray:
    """The largest pull below each brick, the ground's too; float64 [bricks], N, by rank."""
    pulls = np.zeros(scene.bricks)
    np.maximum.at(pulls, pulled_bricks(scene), balance.forces["pull"])
    return pulls


def _forces_of(
    structure: BrickStructure, physics: Physics, forces: Mapping[str, FloatArray]
) -> Forces:
    """Forces that were found without a scene."""
    return read_forces(build_scene(structure, physics), forces)


def read_forces(scene: Scene, found: Mapping[str, FloatArray]) -> Forces:
    """Every force on a scene, by kind, bricks by their index in the structure."""
    places = {
        "press": _point_places(scene, scene.press),
        "pull": _point_places(scene, scene.pull),
        "friction_x": _contact_places(scene),
        "friction_y": _contact_places(scene),
        "side_x": _side_places(scene, scene.contacts.along_x),
        "side_y": _side_places(scene, scene.contacts.along_y),
    }
    top, bottom, x, y = (np.concatenate(part) for part in zip(*places.values(), strict=True))
    index = np.append(scene.order, scene.bricks)  # the ground stays one past the last brick
    forces = Forces(
        kind=np.repeat(list(places), [len(place[0]) for place in places.values()]),
        top=index[top],
        bottom=index[bottom],
        x=x,
        y=y,
        z=scene.boxes[top, 4].astype(np.float64),
        force=np.concatenate([found[kind] for kind in KINDS]),
    )
    for _ in range(-scene.turns % 4):
        forces = _turned_forces(forces)
    return forces


_TURNED = {"friction_x": "friction_y", "friction_y": "friction_x"}
_TURNED |= {"side_x": "side_y", "side_y": "side_x", "press": "press", "pull": "pull"}


def _turned_forces(forces: Forces) -> Forces:
    """Turned about the origin by a quarter, from x towards y.

    What points along y then points against x: such friction changes its sign, and of two bricks
    side by side along y the high one comes to lie at the low side.
    """
    swapped = forces.kind == "side_y"
    return Forces(
        kind=np.array([_TURNED[kind] for kind in forces.kind.tolist()], dtype=forces.kind.dtype),
        top=np.where(swapped, forces.bottom, forces.top),
        bottom=np.where(swapped, forces.top, forces.bottom),
        x=-forces.y,
        y=forces.x,
        z=forces.z,
        force=np.where(forces.kind == "friction_y", -forces.force, forces.force),
    )


Places = tuple[IntArray, IntArray, FloatArray, FloatArray]
"""top, bottom (by rank), x, y of a kind of force."""


def _point_places(scene: Scene, points: Points) -> Places:
    studs = scene.contacts.studs
    return studs.top[points.contact], studs.bottom[points.contact], points.x, points.y


def _contact_places(scene: Scene) -> Places:
    """Friction of a pair is one force: shown in the middle of the studs in common."""
    studs = scene.contacts.studs
    return studs.top, studs.bottom, (studs.x0 + studs.x1 - 1) / 2, (studs.y0 + studs.y1 - 1) / 2


def _side_places(scene: Scene, sides: SideContacts) -> Places:
    """The middle of the faces in common: across them the overlap has no width."""
    size, corner = scene.boxes[:, :2], scene.boxes[:, 2:4]
    ends = np.minimum((corner + size)[sides.low], (corner + size)[sides.high])
    place = (np.maximum(corner[sides.low], corner[sides.high]) + ends - 1) / 2
    return sides.high, sides.low, place[:, 0], place[:, 1]
