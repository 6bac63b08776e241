"""Light on stamped bricks: sun with soft shadows, sky with occlusion, gloss and edge lines.

Knows subpixels, faces and bricks' colours; nothing of files or backgrounds. All arithmetic on
subpixels is single float operations in a fixed order, the same on every processor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from legolab.rendering.occlusion import Openness
from legolab.rendering.projection import Frame, Vector, View, dot, plus, unit
from legolab.rendering.sprites import (
    EDGE_TOP_X,
    EDGE_X_Y,
    FACES,
    SIDE_X,
    SIDE_Y,
    STUD_RIM,
    STUD_SIDE,
    STUD_TOP,
    TOP,
    Float32,
    face_normals,
)
from legolab.rendering.stamping import FACE_BITS

Int32 = npt.NDArray[np.int32]

_PENUMBRA = 1.3
_OFF_SURFACE = 11.0
_LINE = 0.42


@dataclass(frozen=True)
class Samples:
    """The subpixels in which bricks show.

    Attributes:
        index: int [samples], position in the raveled raster.
        x, y: float32 [samples], subpixels from the grid origin.
        depth: float32 [samples], LDU.
        face, brick: int [samples].
        line: bool [samples], on an edge line.
    """

    view: View
    index: npt.NDArray[np.intp]
    x: Float32
    y: Float32
    depth: Float32
    face: npt.NDArray[np.intp]
    brick: npt.NDArray[np.intp]
    line: npt.NDArray[np.bool_]

    def along(self, direction: Vector, constant: float) -> Float32:
        """`direction · p + constant` for every sample's point p (LDU)."""
        back = self.view.back
        value = self.x * np.float32(dot(direction, back[0]))
        value += self.y * np.float32(dot(direction, back[1]))
        value -= self.depth * np.float32(dot(direction, self.view.toward))
        value += np.float32(constant)
        return value


@dataclass(frozen=True)
class Sun:
    """A directional light and what it sees.

    Attributes:
        frame: the view from the light.
        depth: float32 [size, size], LDU, inf where the light meets no brick.
    """

    frame: Frame
    depth: Float32


def samples(frame: Frame, depth: Float32, key: Int32) -> Samples:
    """Collect the subpixels that show bricks, from the rasters `stamp` has filled."""
    top, left, key, depth = _cropped(key, depth)
    inside = np.flatnonzero(key)
    rows, columns = np.divmod(inside.astype(np.int32), np.int32(key.shape[1]))
    keys = key.ravel().take(inside)
    rows += np.int32(top)
    columns += np.int32(left)
    index = rows.astype(np.intp) * frame.size + columns
    return Samples(
        view=frame.view,
        index=index,
        x=columns.astype(np.float32) + np.float32(0.5 - frame.x),
        y=rows.astype(np.float32) + np.float32(0.5 - frame.y),
        depth=depth.ravel().take(inside),
        face=(keys & ((1 << FACE_BITS) - 1)).astype(np.intp),
        brick=((keys >> FACE_BITS) - 1).astype(np.intp),
        line=_lines(key).ravel().take(inside),
    )


def _cropped(key: Int32, depth: Float32) -> tuple[int, int, Int32, Float32]:
    """The part of the rasters that shows bricks, one subpixel more where there is one.

    Returns:
        row and column where it begins, and the two rasters of it.
    """
    shown = key != 0
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    top, left = max(int(rows[0]) - 1, 0), max(int(columns[0]) - 1, 0)
    part = np.s_[top : int(rows[-1]) + 2, left : int(columns[-1]) + 2]
    return top, left, np.ascontiguousarray(key[part]), np.ascontiguousarray(depth[part])


def _lines(key: Int32) -> npt.NDArray[np.bool_]:
    """Where a subpixel and its left or upper neighbour show different faces or bricks."""
    group = np.zeros(1 << FACE_BITS, np.int32)
    group[SIDE_X] = group[EDGE_X_Y] = 1
    group[SIDE_Y] = 2
    group[STUD_TOP] = group[STUD_RIM] = 3
    group[STUD_SIDE:] = 4
    shown = (key >> FACE_BITS) * np.int32(8)
    shown += group.take(key & ((1 << FACE_BITS) - 1))
    line = np.zeros(key.shape, np.bool_)
    for one, two in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        change = shown[one] != shown[two]
        line[one] |= change
        # A line at the outline belongs to the brick, on whichever side that is.
        line[two] |= change & (shown[one] == 0)
    return line


def sunlit(points: Samples, sun: Sun, normals: list[Vector]) -> Float32:
    """Share of the sun that reaches every sample, 0 to 1.

    Sixteen places around the sample are tried in the shadow map, four by each subpixel of a
    2x2 block, so that shadows have soft, even edges once subpixels are joined.
    """
    light, size = sun.frame.view, sun.frame.size
    radius = max(1.0, light.scale * _PENUMBRA)
    right = points.along(light.u, sun.frame.x)
    down = points.along(light.v, sun.frame.y)
    right += _parity(points.x) * np.float32(radius / 4)
    down += _parity(points.y) * np.float32(radius / 4)
    depth = points.along((-light.toward[0], -light.toward[1], -light.toward[2]), 0.0)
    depth -= _bias(normals, light, radius).take(points.face)
    seen = sun.depth.ravel()
    reached = np.zeros(depth.shape, np.float32)
    for a in (-radius / 2, radius / 2):
        for b in (-radius / 2, radius / 2):
            cell = (down + np.float32(b)).astype(np.int32) * np.int32(size)
            cell += (right + np.float32(a)).astype(np.int32)
            reached += seen.take(cell, mode="clip") >= depth
    reached *= np.float32(0.25)
    return reached


def _parity(place: Float32) -> Float32:
    """+1 or -1 in turn."""
    return ((place.astype(np.int32) & 1) * 2 - 1).astype(np.float32)


def _bias(normals: list[Vector], light: View, radius: float) -> Float32:
    """By face, how far (LDU) a surface may lie behind the map before it counts as in shadow."""
    bias = np.empty(FACES, np.float32)
    for face, normal in enumerate(normals):
        cosine = min(1.0, max(0.08, dot(normal, light.toward)))
        slope = math.sqrt(1 - cosine * cosine) / cosine
        bias[face] = min(14.0, 0.8 + 1.3 / light.scale * slope * (radius + 1))
    return bias


def skylit(points: Samples, surroundings: Openness, normals: list[Vector]) -> Float32:
    """Openness a little off the surface of every sample, 0 to 1."""
    table = np.asarray(normals, np.float32) * np.float32(_OFF_SURFACE)
    places = []
    for axis in range(3):
        direction = (float(axis == 0), float(axis == 1), float(axis == 2))
        place = points.along(direction, 0.0)
        place += table[:, axis].take(points.face)
        places.append(place)
    return surroundings.at(*places)


def shade(
    points: Samples, sun: Sun, surroundings: Openness, albedo: Float32, outline: Float32
) -> list[Float32]:
    """Linear red, green and blue of every sample, 1 being a white brick in full light.

    Args:
        points: the samples.
        sun: light direction and shadow map.
        surroundings: openness of the sky.
        albedo: float32 [bricks, 3], linear.
        outline: float32 [bricks, 3], linear colour of the lines around a brick.
    """
    toward = points.view.toward
    normals = face_normals(points.view)
    flat = list(normals)
    # A bevel glints like a rounded edge, but shadows and sky fall on it as on its face.
    flat[EDGE_TOP_X] = flat[EDGE_TOP_X + 1] = normals[TOP]
    flat[EDGE_X_Y] = normals[SIDE_X]
    direct, open_sky = sunlit(points, sun, flat), skylit(points, surroundings, flat)

    sky, sheen, lamp, gloss = _tables(normals, sun.frame.view.toward, toward)
    matte = sky.take(points.face)
    matte *= open_sky
    matte += lamp.take(points.face) * direct
    shine = sheen.take(points.face)
    shine *= open_sky
    shine += gloss.take(points.face) * direct
    lines = np.flatnonzero(points.line)
    bricks_of_lines = points.brick.take(lines)
    colors = []
    for channel in range(3):
        color = albedo[:, channel].take(points.brick)
        color *= matte
        color += shine
        kept = color.take(lines) * np.float32(1 - _LINE)
        color[lines] = kept + outline[:, channel].take(bricks_of_lines) * np.float32(_LINE)
        colors.append(color)
    return colors


def _tables(
    normals: list[Vector], light: Vector, eye: Vector
) -> tuple[Float32, Float32, Float32, Float32]:
    """By face: diffuse sky, glossy sky, diffuse sun, glossy sun; float32 [FACES] each."""
    half = unit(plus(light, eye))
    fill = (-light[1], light[0], 0.2)
    tables = np.zeros((4, FACES))
    for face, normal in enumerate(normals):
        bevel = 1.12 if EDGE_TOP_X <= face <= EDGE_X_Y else 1.0
        grazing = max(0.0, 1 - dot(normal, eye))
        tables[0, face] = bevel * (0.50 + 0.22 * normal[2] + 0.10 * max(0.0, dot(normal, fill)))
        tables[1, face] = bevel * (0.02 + 0.15 * _power(grazing, 5))
        tables[2, face] = bevel * 0.92 * max(0.0, dot(normal, light))
        tables[3, face] = bevel * 0.45 * _power(max(0.0, dot(normal, half)), 40)
    a, b, c, d = tables.astype(np.float32)
    return a, b, c, d


def _power(base: float, exponent: int) -> float:
    """A whole power by plain multiplications."""
    value = 1.0
    for _ in range(exponent):
        value *= base
    return value
