"""How open the surroundings of a point are: a blurred occupancy grid. Knows no view, no light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from legolab.rendering.projection import STEP, Vector
from legolab.rendering.sprites import Float32
from legolab.rendering.stamping import Occupancy

_MARGIN = 3
_FINE_CELLS = 500_000
_NEAR, _WIDE = 0.55, 0.65


@dataclass(frozen=True)
class Openness:
    """Openness on a grid, 1 in the open, 0 walled in.

    Attributes:
        values: float32 [x, y, z].
        origin: the middle of the first cell, LDU.
        cell: size of a cell, LDU.
        ground: z index of the first cells above the ground.
    """

    values: Float32
    origin: Vector
    cell: Vector
    ground: int

    def at(self, x: Float32, y: Float32, z: Float32) -> Float32:
        """Openness at points given in LDU, interpolated between the eight cells around."""
        where, parts = [], []
        for axis, place in enumerate((x, y, z)):
            scaled = (place - np.float32(self.origin[axis])) * np.float32(1 / self.cell[axis])
            np.clip(scaled, 0, self.values.shape[axis] - np.float32(1.001), out=scaled)
            whole = scaled.astype(np.int32)
            scaled -= whole
            where.append(whole)
            parts.append(scaled)
        _, ny, nz = self.values.shape
        first = (where[0] * np.int32(ny) + where[1]) * np.int32(nz) + where[2]
        flat = self.values.ravel()

        def between(low: Float32, high: Float32, part: Float32) -> Float32:
            high -= low
            high *= part
            high += low
            return high

        def line(offset: int) -> Float32:
            return between(flat.take(first + offset), flat.take(first + offset + 1), parts[2])

        low = between(line(0), line(nz), parts[1])
        high = between(line(ny * nz), line((ny + 1) * nz), parts[1])
        return between(low, high, parts[0])


def openness(cells: Occupancy) -> Openness:
    """The openness around bricks that stand on solid ground."""
    fine = 2 if cells.filled.size < _FINE_CELLS else 1
    pad = _MARGIN - 1
    filled = np.pad(cells.filled, ((pad, pad), (pad, pad), (0, pad)))
    solid = filled.repeat(fine, 0).repeat(fine, 1).repeat(fine, 2).astype(np.int32)
    solid[:, :, :fine] = 1
    near = box_blur(solid, fine // 2, passes=2)
    wide = box_blur(solid, fine + fine // 2, passes=2)
    free = np.clip(np.float32(1) - np.float32(_NEAR) * near - np.float32(_WIDE) * wide, 0, 1)
    free *= np.sqrt(np.sqrt(free))
    cell = (STEP[0] / fine, STEP[1] / fine, STEP[2] / fine)
    low = (cells.low[0] - _MARGIN, cells.low[1] - _MARGIN, cells.low[2] - 1)
    x, y, z = (low[k] * STEP[k] + cell[k] / 2 for k in range(3))
    return Openness(free, (x, y, z), cell, ground=fine)


def box_blur(values: npt.NDArray[np.int32], radius: int, passes: int) -> Float32:
    """Mean over boxes of 2 radius + 1 cells along every axis, several times; edges continue.

    Sums are whole numbers, so the result does not depend on the order of additions.

    Args:
        values: int32, small enough that the sums stay below 2^31.
        radius: cells.
        passes: how many times.
    """
    width = 2 * radius + 1
    total = values
    for _ in range(passes if radius else 0):
        for axis in range(values.ndim):
            ends = [(radius + 1, radius) if k == axis else (0, 0) for k in range(values.ndim)]
            sums = np.cumsum(np.pad(total, ends, mode="edge"), axis=axis, dtype=np.int32)
            upper = [slice(None)] * values.ndim
            lower = [slice(None)] * values.ndim
            upper[axis], lower[axis] = slice(width, None), slice(None, -width)
            total = sums[tuple(upper)] - sums[tuple(lower)]
    weight = float(width ** (passes * values.ndim)) if radius else 1.0
    return total.astype(np.float32) * np.float32(1 / weight)
