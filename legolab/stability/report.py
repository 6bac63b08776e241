"""What is known of a structure's stability: verdict, scores, forces. Solves nothing by itself.

Two things are worked out when first asked for: the safety factor, because it costs another solve,
and where the forces act.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab import formats
from legolab.bricks.contacts import IntArray
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError, SolverError
from legolab.stability.equilibrium import PULL_CAPACITY, ROWS, FloatArray, Physics
from legolab.stability.margin import safety_factor

SCHEMA = "legolab.report/1"

_SHOWN_FORCE = 1e-9
"""N: forces below this are left out of JSON."""


class Verdict(Enum):
    """Does it stand? A solve that failed has no verdict: it raises."""

    STABLE = "stable"
    UNSTABLE = "unstable"
    UNVERIFIED = "UNVERIFIED"


@dataclass(frozen=True, kw_only=True)
class Options(Physics):
    """What was asked of the analysis, its physics included.

    Attributes:
        strict: verdict by the strict program instead of the published one.
        time_limit: seconds for each solve.
    """

    strict: bool = False
    time_limit: float = 60.0


@dataclass(frozen=True, eq=False)
class Forces:
    """Forces between bricks, one entry per point where one may act, zeros included.

    A stud contact has presses, pulls and one friction force per axis; `top` is the brick above,
    `bottom` the one below, or the number of bricks for the ground. A side contact has one press;
    `top` is the brick on the high side, `bottom` the one on the low side. `bottom` feels the
    opposite of what `top` feels.

    Attributes:
        kind: str [forces]: "press" (up on top), "pull" (down on top), "friction_x" and
            "friction_y" (along the axis on top), "side_x" and "side_y" (along the axis on top).
        top, bottom: int64 [forces], index in the structure.
        x, y, z: float64 [forces], place in studs and layers (stud centres at integers; z counts
            faces, 0 being the ground).
        force: float64 [forces], N; negative only for friction.
    """

    kind: NDArray[np.str_]
    top: IntArray
    bottom: IntArray
    x: FloatArray
    y: FloatArray
    z: FloatArray
    force: FloatArray

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.force)

    @classmethod
    def _from_json(cls, entries: Sequence[Mapping[str, Any]], bricks: int) -> Forces:
        """Entries of a report's document, whose ground is null."""
        x, y, z = np.array([e["place"] for e in entries], dtype=np.float64).reshape(-1, 3).T
        bottom = [bricks if e["bottom"] is None else e["bottom"] for e in entries]
        return cls(
            kind=np.array([e["kind"] for e in entries], dtype=np.str_),
            top=np.array([e["top"] for e in entries], dtype=np.int64),
            bottom=np.array(bottom, dtype=np.int64),
            x=x,
            y=y,
            z=z,
            force=np.array([e["force"] for e in entries], dtype=np.float64),
        )


@dataclass(frozen=True, eq=False)
class StabilityReport:
    """The outcome of an analysis.

    Attributes:
        structure: what was analysed.
        verdict: STABLE when every score is below 1.
        scores: float64 [bricks], largest pull below the brick over its capacity; 0 unloaded, 1
            fails: out of balance, at the capacity, or without a path to the ground.
        residuals: float64 [bricks, 5], how far Fx, Fy, Fz (N), T1, T2 (N m) are from balance.
        objective: of the published program, N, without broken ties; for a strict verdict, its
            value at the strict forces; None when UNVERIFIED.
        find_forces: what `forces` holds, when it is first asked for.
        floating_bricks: bool [bricks], no path to the ground through stud contacts.
        backend: name of the solver.
        seconds: wall time of the analysis.
        options: what was asked.
        columns, rows: size of the program whose solution this is; 0 when UNVERIFIED.
        solve_seconds: the share of `seconds` that solvers took.
    """

    structure: BrickStructure = field(repr=False)
    verdict: Verdict
    scores: FloatArray = field(repr=False)
    residuals: FloatArray = field(repr=False)
    objective: float | None
    find_forces: Callable[[], Forces] = field(repr=False)
    floating_bricks: NDArray[np.bool_] = field(repr=False)
    backend: str
    seconds: float
    options: Options
    columns: int = 0
    rows: int = 0
    solve_seconds: float = 0.0

    def __str__(self) -> str:
        """The verdict in words."""
        return self.summary

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        """Show as a card with picture and verdict in a notebook, as text elsewhere."""
        return formats.display(self)

    @cached_property
    def forces(self) -> Forces:
        """Every force between bricks, N; laid out when first asked for."""
        return self.find_forces()

    @cached_property
    def safety_factor(self) -> float | None:
        """How many times its load it holds: 1/t of the strict program; None when UNVERIFIED.

        0 when there is no equilibrium at all, infinite when nothing pulls. It can exceed 1 for an
        unstable verdict: the published program may give up a balance that exists. Solved when
        first asked for.

        Raises:
            SolverError: the solve ended without an answer.
        """
        if self.verdict is Verdict.UNVERIFIED:
            return None
        options = self.options
        return safety_factor(
            self.structure,
            self.backend,
            options.ground,
            options.loads,
            options.time_limit,
            rotate=options.rotate,
            capacity=options.capacity,
            masses=options.masses,
        )

    @property
    def weakest(self) -> int | None:
        """Index of the brick with the largest score, the first of them; None if all are 0."""
        index = int(np.argmax(self.scores))
        return index if self.scores[index] > 0 else None

    @property
    def first_unstable(self) -> int | None:
        """Index of the first brick, in building order, that fails; None if none does."""
        failing = np.flatnonzero(self.scores >= 1)
        return int(failing[0]) if len(failing) else None

    @property
    def floating(self) -> tuple[int, ...]:
        """Indices of the bricks with no path to the ground through stud contacts."""
        return tuple(map(int, np.flatnonzero(self.floating_bricks)))

    @property
    def summary(self) -> str:
        """One line for a person: "Stands, holds 6.6 times its own load"; bricks count from 1."""
        if self.verdict is Verdict.UNVERIFIED:
            return "UNVERIFIED: no solver looked at it"
        first = self.first_unstable
        if first is not None:
            return f"Falls at brick {first + 1}"
        factor = self.known_safety_factor
        if factor is None:
            return "Stands"
        if math.isinf(factor):
            return "Stands, nothing pulls on it"
        return f"Stands, holds {rounded_down(factor)} times its own load"

    @property
    def known_safety_factor(self) -> float | None:
        """The safety factor, or None where its solve failed; the verdict stands without it."""
        try:
            return self.safety_factor
        except SolverError:
            return None

    def to_json(self) -> dict[str, Any]:
        """Everything but the structure, as plain values that any JSON writer takes.

        Bricks count from 0. `safety_factor` is a number, "infinite", or null where it is not known.
        Forces of 0 are left out; the ground is null.
        """
        factor = self.known_safety_factor
        infinite = factor is not None and math.isinf(factor)
        return {
            "schema": SCHEMA,
            "verdict": self.verdict.value,
            "summary": self.summary,
            "bricks": len(self.structure),
            "scores": self.scores.tolist(),
            "residuals": self.residuals.tolist(),
            "objective": self.objective,
            "safety_factor": "infinite" if infinite else factor,
            "weakest": self.weakest,
            "first_unstable": self.first_unstable,
            "floating": list(self.floating),
            "forces": self._forces_json(),
            "backend": self.backend,
            "seconds": self.seconds,
            "options": {
                "strict": self.options.strict,
                "ground": self.options.ground,
                "loads": {str(brick): load for brick, load in self.options.loads.items()},
                "rotate": self.options.rotate,
                "capacity": self.options.capacity,
                "masses": {str(brick): mass for brick, mass in self.options.masses.items()},
                "time_limit": self.options.time_limit,
            },
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], structure: BrickStructure) -> StabilityReport:
        """The report a document was made from; nothing is solved, now or later.

        `to_json` of it gives the same document again. Everything in it survives to the last digit;
        `forces` hold only the entries the document shows, and a safety factor the document does
        not know is None.

        Args:
            document: what `to_json` gave.
            structure: what was analysed, which the document leaves out.

        Raises:
            InputError: it is not a document of this schema, or one of another structure.
        """
        if document.get("schema") != SCHEMA:
            raise InputError(f"expected schema {SCHEMA}, got {document.get('schema')!r}")
        try:
            bricks = document["bricks"]
            if bricks != len(structure):
                raise InputError(f"expected a report on {len(structure)} bricks, got {bricks}")
            floating = np.zeros(bricks, dtype=np.bool_)
            floating[document["floating"]] = True
            options = document["options"]
            report = cls(
                structure=structure,
                verdict=Verdict(document["verdict"]),
                scores=np.array(document["scores"], dtype=np.float64).reshape(bricks),
                residuals=np.array(document["residuals"], dtype=np.float64).reshape(bricks, ROWS),
                objective=document["objective"],
                find_forces=partial(_same, Forces._from_json(document["forces"], bricks)),
                floating_bricks=floating,
                backend=document["backend"],
                seconds=document["seconds"],
                options=Options(
                    ground=options["ground"],
                    loads=_by_brick(options["loads"]),
                    rotate=options.get("rotate", False),  # older documents know only the published
                    capacity=options.get("capacity", PULL_CAPACITY),
                    masses=_by_brick(options.get("masses", {})),
                    strict=options["strict"],
                    time_limit=options["time_limit"],
                ),
            )
            factor = document["safety_factor"]
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"expected a report as {SCHEMA} has it, got {error!r}") from error
        vars(report)["safety_factor"] = math.inf if factor == "infinite" else factor
        return report

    def _forces_json(self) -> list[dict[str, Any]]:
        forces, bricks = self.forces, len(self.structure)
        return [
            {
                "kind": str(forces.kind[i]),
                "top": int(forces.top[i]),
                "bottom": None if forces.bottom[i] == bricks else int(forces.bottom[i]),
                "place": [float(forces.x[i]), float(forces.y[i]), float(forces.z[i])],
                "force": float(forces.force[i]),
            }
            for i in np.flatnonzero(np.abs(forces.force) > _SHOWN_FORCE)
        ]


def _by_brick(numbers: Mapping[str, float]) -> dict[int, float]:
    return {int(brick): number for brick, number in numbers.items()}


def _same(forces: Forces) -> Forces:
    return forces


def rounded_down(factor: float) -> str:
    """A safety factor in figures that never promise more than holds.

    >>> rounded_down(6.68), rounded_down(12.9), rounded_down(1114.0), rounded_down(math.inf)
    ('6.6', '12', 'over 100', 'no limit')
    """
    if math.isinf(factor):
        return "no limit"
    if factor > 100:  # next to nothing pulls: more figures would say nothing
        return "over 100"
    digits = 1 if factor < 10 else 0
    return f"{math.floor(factor * 10**digits) / 10**digits:.{digits}f}"
