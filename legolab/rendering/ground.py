"""The shadow a model leaves on the ground, as opacity, so that it sits on any card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from legolab.rendering.occlusion import Openness, box_blur
from legolab.rendering.projection import Frame, Vector, dot
from legolab.rendering.shading import Sun
from legolab.rendering.sprites import Float32, Float64

_DARKEST_SHADOW = 0.27
_DARKEST_CONTACT = 0.42
_FAINTEST_CONTACT = 0.04
_NARROW, _WIDE = 2.0, 9.0
_COARSE = 3
_BORDER = 0.07


def ground_shadow(
    frame: Frame, size: int, height: float, sun: Sun, surroundings: Openness
) -> Float32:
    """Opacity of the ground's shadow in every pixel, 0 to 1; it fades out before the border.

    Args:
        frame: the view.
        size: pixels along a side of the picture.
        height: of the ground, LDU.
        sun: light direction and shadow map.
        surroundings: openness of the sky.
    """
    right, down = frame.view.back
    toward = frame.view.toward

    def along(direction: Vector, constant: float, unit: float) -> _Slope:
        """`(direction · p + constant) / unit` where the ray through a pixel meets the ground."""
        slide = dot(direction, toward) / toward[2]
        a = (dot(direction, right) - slide * right[2]) / unit
        b = (dot(direction, down) - slide * down[2]) / unit
        return _Slope(a, b, (constant + slide * height) / unit)

    mask, margin = _soft_mask(sun)
    light, offset = sun.frame, _COARSE * (margin - 0.5)
    origin, cell = surroundings.origin, surroundings.cell
    shadow = _Layer(
        mask,
        along(light.view.v, light.y + offset, _COARSE),
        along(light.view.u, light.x + offset, _COARSE),
    )
    contact = _Layer(
        _contact(surroundings),
        along((1.0, 0.0, 0.0), -origin[0], cell[0]),
        along((0.0, 1.0, 0.0), -origin[1], cell[1]),
    )
    opacity = np.zeros((size, size), np.float32)
    middle = (np.arange(size, dtype=np.float64) + 0.5) * (frame.size / size)
    window = _window([shadow, contact], frame, middle)
    rows, columns = (middle[part] for part in window)
    lit = 1 - np.float32(_DARKEST_SHADOW) * shadow.at(rows - frame.y, columns - frame.x)
    lit *= 1 - np.float32(_DARKEST_CONTACT) * contact.at(rows - frame.y, columns - frame.x)
    edge = np.clip(np.minimum(middle, frame.size - middle) / (frame.size * _BORDER), 0, 1)
    ramp = (edge * edge * (3 - 2 * edge)).astype(np.float32)
    opacity[window] = (1 - lit) * ramp[window[1]] * ramp[window[0], None]
    return opacity


class _Slope(NamedTuple):
    """`a * column + b * row + c`, of a place on the picture in subpixels from the grid origin."""

    a: float
    b: float
    c: float

    def at(self, rows: Float64, columns: Float64) -> Float32:
        """Its values, float32 [rows, columns]."""
        place: Float32 = (self.a * columns + (self.b * rows[:, None] + self.c)).astype(np.float32)
        return place


@dataclass(frozen=True)
class _Layer:
    """Values on a grid of the ground's: 0 at its edges and beyond.

    Attributes:
        values: float32 [i, j].
        i, j: where a place on the picture is on the grid.
    """

    values: Float32
    i: _Slope
    j: _Slope

    def at(self, rows: Float64, columns: Float64) -> Float32:
        """The values at places on the picture, between the four around, [rows, columns]."""
        return _between(self.values, self.i.at(rows, columns), self.j.at(rows, columns))

    def corners(self) -> list[tuple[float, float]]:
        """Row and column of the corners around all that is not 0; none where all is."""
        used = self.values != 0
        if not used.any():
            return []
        ends = []
        for axis in (1, 0):
            places = np.flatnonzero(used.any(axis))
            ends.append((int(places[0]) - 1, int(places[-1]) + 1))
        across = self.i.a * self.j.b - self.i.b * self.j.a
        corners = []
        for i in ends[0]:
            for j in ends[1]:
                di, dj = i - self.i.c, j - self.j.c
                row = (self.i.a * dj - self.j.a * di) / across
                column = (di * self.j.b - dj * self.i.b) / across
                corners.append((row, column))
        return corners


def _window(layers: list[_Layer], frame: Frame, middle: Float64) -> tuple[slice, slice]:
    """The rows and columns of the picture outside of which all layers are 0.

    Args:
        layers: what is seen.
        frame: the view.
        middle: float64 [size], ascending, middles of pixels in subpixels.
    """
    corners = [corner for layer in layers for corner in layer.corners()]
    spans = []
    for axis, origin in enumerate((frame.y, frame.x)):
        places = [corner[axis] + origin for corner in corners] or [0.0]
        first, last = np.searchsorted(middle, (min(places) - 1, max(places) + 1))
        spans.append(slice(int(first), int(last)))
    return spans[0], spans[1]


def _soft_mask(sun: Sun) -> tuple[Float32, int]:
    """What the light meets, coarser and blurred, narrowly and widely at once.

    Returns:
        float32 [rows, columns], 0 to 1, and the cells added on every side.
    """
    met = np.isfinite(sun.depth)
    cells = -(-sun.frame.size // _COARSE)
    met = np.pad(met, (0, cells * _COARSE - sun.frame.size))
    blocks = met.reshape(cells, _COARSE, cells, _COARSE).sum((1, 3), dtype=np.int32)
    narrow, wide = (
        max(1, round(reach * sun.frame.view.scale / _COARSE)) for reach in (_NARROW, _WIDE)
    )
    margin = 2 * wide + 2
    blocks = np.pad(blocks, margin)
    soft = box_blur(blocks, narrow, passes=2) + box_blur(blocks, wide, passes=2)
    return soft * np.float32(0.5 / (_COARSE * _COARSE)), margin


def _contact(surroundings: Openness) -> Float32:
    """How much the model covers the sky just above the ground, float32 [x, y], 0 when it does not.

    The grid ends where the model no longer covers anything.
    """
    above = surroundings.values[:, :, surroundings.ground]
    contact: Float32 = np.clip(1 - _FAINTEST_CONTACT - above / above[0, 0], 0, None)
    return contact


def _between(values: Float32, row: Float32, column: Float32) -> Float32:
    """Values at fractional rows and columns, between the four around; edges continue."""
    row = np.clip(row, 0, np.float32(values.shape[0] - 1))
    column = np.clip(column, 0, np.float32(values.shape[1] - 1))
    top = np.minimum(row.astype(np.int32), np.int32(values.shape[0] - 2))
    left = np.minimum(column.astype(np.int32), np.int32(values.shape[1] - 2))
    row, column = row - top, column - left
    first = top * np.int32(values.shape[1]) + left
    flat = values.ravel()

    def line(start: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> Float32:
        here, beside = flat.take(start), flat.take(start + np.int32(1))
        mixed: Float32 = here + (beside - here) * column
        return mixed

    upper, lower = line(first), line(first + np.int32(values.shape[1]))
    mixed: Float32 = upper + (lower - upper) * row
    return mixed
