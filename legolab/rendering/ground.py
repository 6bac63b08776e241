"""The shadow a model leaves on the ground, as opacity, so that it sits on any card."""

from __future__ import annotations

import numpy as np

from legolab.rendering.occlusion import Openness, box_blur
from legolab.rendering.projection import Frame, Vector, dot
from legolab.rendering.shading import Sun
from legolab.rendering.sprites import Float32

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
    middle = (np.arange(size) + 0.5) * (frame.size / size)
    columns, rows = middle - frame.x, middle[:, None] - frame.y
    right, down = frame.view.back
    toward = frame.view.toward

    def along(direction: Vector, constant: float, unit: float) -> Float32:
        """`(direction · p + constant) / unit` where the ray through a pixel meets the ground."""
        slide = dot(direction, toward) / toward[2]
        a = (dot(direction, right) - slide * right[2]) / unit
        b = (dot(direction, down) - slide * down[2]) / unit
        c = (constant + slide * height) / unit
        place: Float32 = (a * columns + (b * rows + c)).astype(np.float32)
        return place

    mask, margin = _soft_mask(sun)
    light, offset = sun.frame, _COARSE * (margin - 0.5)
    shadow = _between(
        mask,
        along(light.view.v, light.y + offset, _COARSE),
        along(light.view.u, light.x + offset, _COARSE),
    )
    origin, cell = surroundings.origin, surroundings.cell
    contact = _between(
        _contact(surroundings),
        along((1.0, 0.0, 0.0), -origin[0], cell[0]),
        along((0.0, 1.0, 0.0), -origin[1], cell[1]),
    )
    lit = 1 - np.float32(_DARKEST_SHADOW) * shadow
    lit *= 1 - np.float32(_DARKEST_CONTACT) * contact
    edge = np.clip(np.minimum(middle, frame.size - middle) / (frame.size * _BORDER), 0, 1)
    ramp = (edge * edge * (3 - 2 * edge)).astype(np.float32)
    opacity: Float32 = (1 - lit) * ramp * ramp[:, None]
    return opacity


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
    row = np.clip(row, 0, np.float32(values.shape[0] - 1.001))
    column = np.clip(column, 0, np.float32(values.shape[1] - 1.001))
    top, left = row.astype(np.int32), column.astype(np.int32)
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
