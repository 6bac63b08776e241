"""Join shaded subpixels to a picture: smooth edges, tone, shadow underneath, background.

Knows rasters and colours, nothing of bricks.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from legolab.rendering.sprites import Float32

Picture = npt.NDArray[np.uint8]
Rgb = tuple[int, int, int]

_INK = (14, 20, 26)
_GAMMA = 2.2
_EXPOSURE = 0.95
_SHOULDER = 0.8
_TONE_STEPS = 8192
_AROUND = 0.3


def compose(
    finer: int,
    index: npt.NDArray[np.intp],
    colors: list[Float32],
    shadow: Float32,
    background: Rgb | None,
) -> Picture:
    """Join subpixels to pixels and lay the model over its shadow, the shadow over the background.

    Args:
        finer: subpixels along a pixel's side.
        index: int [samples], places in the raveled raster of the subpixels that show bricks.
        colors: float32 [samples] for red, green and blue, linear.
        shadow: float32 [size, size], opacity of the ground's shadow.
        background: sRGB, or None for a transparent one.
    """
    size = len(shadow)
    row, column = np.divmod(index.astype(np.int32), np.int32(size * finer))
    top, left, height, width = _window(row, column, finer, size)
    side = width * finer + 2
    place = (row - np.int32(top * finer - 1)) * np.int32(side)
    place += column - np.int32(left * finer - 1)
    raster = np.zeros((height * finer + 2) * side, np.float32)

    def joined(values: Float32 | np.float32) -> Float32:
        raster[place] = values
        whole = np.zeros((size, size), np.float32)
        whole[top : top + height, left : left + width] = _pixels(raster.reshape(-1, side), finer)
        return whole

    cover = joined(np.float32(1))
    under = (np.float32(1) - cover) * shadow
    opacity = cover + under
    steps = np.float32(_TONE_STEPS / 2) / np.maximum(cover, np.float32(1e-6))
    picture = np.empty((size, size, 4), np.uint8)
    for channel, color in enumerate(colors):
        step = np.minimum(joined(color) * steps, np.float32(_TONE_STEPS - 1)).astype(np.int32)
        mixed = _TONE.take(step) * cover + under * np.float32(_INK[channel])
        if background is None:
            mixed /= np.maximum(opacity, np.float32(1e-6))
        else:
            mixed += (np.float32(1) - opacity) * np.float32(background[channel])
        picture[..., channel] = mixed + np.float32(0.5)
    picture[..., 3] = opacity * np.float32(255) + np.float32(0.5) if background is None else 255
    return picture


def _window(
    row: npt.NDArray[np.int32], column: npt.NDArray[np.int32], finer: int, size: int
) -> tuple[int, int, int, int]:
    """The pixels that subpixels count for: first row and column, number of rows and columns.

    A pixel takes in the subpixels just around it too, so one more on every side.
    """
    spans = []
    for place in (row, column):
        first = max(int(place.min()) // finer - 1, 0)
        last = min(int(place.max()) // finer + 1, size - 1)
        spans.append((first, last - first + 1))
    (top, height), (left, width) = spans
    return top, left, height, width


def linear(colors: list[Rgb]) -> Float32:
    """Linear light of sRGB colours, float32 [colors, 3]."""
    table: Float32 = _LINEAR[np.array(colors)]
    return table


def _pixels(grid: Float32, finer: int) -> Float32:
    """Means over every pixel's subpixels and, at less weight, those just around it.

    Additions are written out one by one: their order is fixed.

    Args:
        grid: float32 [height * finer + 2, width * finer + 2], a border of one subpixel around.
        finer: subpixels along a pixel's side.
    """
    high, wide = (side - 1 - finer for side in grid.shape)
    weights = [_AROUND, *[1.0] * finer, _AROUND]
    share = 1.0 / sum(weights)
    rows = grid[0:high:finer] * np.float32(weights[0] * share)
    for k, weight in enumerate(weights[1:], start=1):
        rows += grid[k : k + high : finer] * np.float32(weight * share)
    pixels = rows[:, 0:wide:finer] * np.float32(weights[0] * share)
    for k, weight in enumerate(weights[1:], start=1):
        pixels += rows[:, k : k + wide : finer] * np.float32(weight * share)
    return pixels


def _tone(amount: float) -> int:
    """sRGB value of linear light, soft towards white, so that highlights keep their colour."""
    light = _EXPOSURE * amount
    if light > _SHOULDER:
        light = _SHOULDER + (1 - _SHOULDER) * (1 - math.exp(-(light - _SHOULDER) / (1 - _SHOULDER)))
    return round(255 * math.pow(light, 1 / _GAMMA))


# Tables of whole numbers: powers differ in the last bit between processors, these do not.
_LINEAR = np.array(
    [round(65536 * (value / 255) ** _GAMMA) / 65536 for value in range(256)], np.float32
)
_TONE = np.array([_tone(step * 2 / _TONE_STEPS) for step in range(_TONE_STEPS)], np.float32)
