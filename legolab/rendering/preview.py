"""Draw a structure as a picture: the model on a transparent ground with a soft shadow.

Needs numpy, and Pillow to write PNG. The same structure gives the same bytes on every processor.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from legolab.bricks.brick import Brick
from legolab.bricks.colors import rgb
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.rendering.composing import Picture, Rgb, compose, linear
from legolab.rendering.ground import ground_shadow
from legolab.rendering.occlusion import openness
from legolab.rendering.projection import STEP, Frame, fit
from legolab.rendering.shading import Samples, Sun, samples, shade
from legolab.rendering.sprites import Float32
from legolab.rendering.stamping import Occupancy, occupancy, stamp

SMALLEST, LARGEST = 16, 2048
"""Sides of a picture, pixels."""

_EYE = (0.50, -0.78, 0.47)
_SUN = (0.30, -0.74, 0.88)
_FILL = 0.84
_SUN_FILL = 0.90
_LARGEST_STUD = 0.11
_BEVEL = 0.7
_COMPRESSION = 4  # of zlib: 6 takes half as long again and saves a tenth of the bytes
_RASTER = 4096
_SMALLEST_STUD = 8.0
_SUN_RASTER = (500, 1000)
_HATCH = ((180, 0, 0), (250, 235, 230))
_HATCH_STRIPES = 48
_DARK = 98
_MARK_HEIGHT, _MARK_ANGLE = 0.10, 30  # of the side, degrees
_MARK_BAND, _MARK_INK = (255, 255, 255, 190), (176, 0, 0, 255)


def render(
    structure: BrickStructure,
    size: int = 512,
    *,
    background: Rgb | None = None,
    failing: Collection[int] = (),
    watermark: str = "",
) -> Picture:
    """A picture from the front right and a little above.

    Args:
        structure: at least one brick; the lowest layer stands on the ground.
        size: pixels along a side.
        background: sRGB colour behind the model; transparent when None.
        failing: indices of bricks to hatch in red.
        watermark: words to write across the picture: what it shows was not verified.

    Returns:
        uint8 [size, size, 4]: red, green, blue, opacity (not premultiplied).

    Raises:
        InputError: no bricks, a size out of range, a brick that is not there, or a model so large
            that its studs would vanish at this size.
    """
    _check(structure, size, failing)
    bricks = list(structure)
    cells = occupancy(bricks)
    frame = _camera(cells, size)
    depth = np.full((frame.size, frame.size), np.inf, np.float32)
    key = np.zeros(depth.shape, np.int32)
    stamp(frame, bricks, cells, bevel=_BEVEL, depth=depth, key=key)
    points = _hatched(samples(frame, depth, key), failing, len(bricks), frame.size)
    sun, surroundings = _sun(bricks, cells, frame.size), openness(cells)
    colors = shade(points, sun, surroundings, *_paints(structure))
    shadow = ground_shadow(frame, size, cells.box.low[2], sun, surroundings)
    picture = compose(frame.size // size, points.index, colors, shadow, background)
    return _marked(picture, watermark) if watermark else picture


def png_bytes(
    structure: BrickStructure,
    size: int = 512,
    *,
    background: Rgb | None = None,
    failing: Collection[int] = (),
    watermark: str = "",
) -> bytes:
    """The picture as a PNG file; see `render` for arguments and errors."""
    picture = render(structure, size, background=background, failing=failing, watermark=watermark)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=_COMPRESSION)
    return file.getvalue()


def save_png(
    structure: BrickStructure, path: Path, *, size: int = 1024, watermark: str = ""
) -> None:
    """Write a `.png` file.

    Raises:
        InputError: see `render`.
        OSError: the file cannot be written; `legolab.formats.save` says it in words.
    """
    path.write_bytes(png_bytes(structure, size, watermark=watermark))


def _marked(picture: Picture, words: str) -> Picture:
    """The picture with a band of words across it, from the lower left to the upper right."""
    size = len(picture)
    font = ImageFont.load_default(size * _MARK_HEIGHT)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(words))
    pad = (bottom - top) // 2
    band = Image.new("RGBA", (2 * size, bottom - top + 2 * pad), _MARK_BAND)
    pen = ImageDraw.Draw(band)
    pen.text(((band.width - right - left) // 2, pad - top), words, fill=_MARK_INK, font=font)
    turned = band.rotate(_MARK_ANGLE, Image.Resampling.BICUBIC, expand=True)
    place = ((size - turned.width) // 2, (size - turned.height) // 2)
    layer = Image.new("RGBA", (size, size))
    layer.paste(turned, place)
    return np.asarray(Image.alpha_composite(Image.fromarray(picture), layer))


def _check(structure: BrickStructure, size: int, failing: Collection[int]) -> None:
    if not len(structure):
        raise InputError("expected at least one brick to draw, got none")
    if not SMALLEST <= size <= LARGEST:
        raise InputError(f"expected a size of {SMALLEST} to {LARGEST} pixels, got {size}")
    for index in failing:
        if not 0 <= index < len(structure):
            raise InputError(f"expected failing bricks 0 to {len(structure) - 1}, got {index}")


def _camera(cells: Occupancy, size: int) -> Frame:
    """The view, on a raster of twice the picture's side, finer where studs would be tiny."""
    for finer in range(2, max(3, _RASTER // size + 1)):
        raster = size * finer
        frame = fit(_EYE, cells.box, raster, _FILL, raster * _LARGEST_STUD / STEP[0])
        if frame is not None and frame.view.scale * STEP[0] >= _SMALLEST_STUD:
            return frame
    if frame is None:
        raise InputError(f"expected a model whose studs can be seen at {size} pixels, got a larger")
    return frame


def _sun(bricks: list[Brick], cells: Occupancy, raster: int) -> Sun:
    """The shadow map: about as fine as the picture, within bounds."""
    size = min(_SUN_RASTER[1], max(_SUN_RASTER[0], raster * 4 // 5))
    frame = fit(_SUN, cells.box, size, _SUN_FILL, size * _LARGEST_STUD / STEP[0])
    if frame is None:
        raise InputError("expected a model that fits into a shadow map, got a larger one")
    depth = np.full((size, size), np.inf, np.float32)
    stamp(frame, bricks, cells, bevel=0.0, depth=depth)
    return Sun(frame, depth)


def _hatched(points: Samples, failing: Collection[int], bricks: int, raster: int) -> Samples:
    """Failing bricks in stripes of two further paints, `bricks` and `bricks + 1`."""
    if not failing:
        return points
    fails = np.zeros(bricks, np.bool_)
    fails[list(failing)] = True
    row, column = np.divmod(points.index, raster)
    stripe = (row + column) // max(2, raster // _HATCH_STRIPES) % 2
    return replace(points, brick=np.where(fails[points.brick], bricks + stripe, points.brick))


def _paints(structure: BrickStructure) -> tuple[Float32, Float32]:
    """Linear colours of bricks and of their lines, float32 [bricks + 2, 3] each."""
    faces = [rgb(code) for code in structure.colors] + list(_HATCH)
    lines = [_line_color(color) for color in faces]
    return linear(faces), linear(lines)


def _line_color(color: Rgb) -> Rgb:
    """A darker shade of light colours, a lighter one of dark colours (sRGB)."""
    r, g, b = color
    if max(color) < _DARK:
        return r + 70, g + 70, b + 70
    return r * 2 // 5, g * 2 // 5, b * 2 // 5
