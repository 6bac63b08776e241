"""Guitars, towers, birdhouses and cameras as voxels.

Every function draws one shape and says what it drew, in the words of the lexicon.
"""

from __future__ import annotations

import math

import numpy as np

from legolab.training.shapes.canvas import MIDDLE, SIZE, Canvas, Dice, Size, resized
from legolab.training.shapes.furniture import Drawn

_TIERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def guitar(dice: Dice) -> Drawn:
    """A guitar standing on its body, strings to the front."""
    canvas = Canvas()
    body = dice.choice(("round", "round", "boxy", "waisted", "waisted"))
    width, thick = dice.between(6, 13), dice.between(2, 5)
    half, odd = width // 2, width % 2
    reaches = _body(dice, body, half)
    for z, reach in enumerate(reaches):
        canvas.box(MIDDLE - reach, MIDDLE + reach + odd, 0, thick, z, z + 1)
    tall = len(reaches)
    if thick >= 3:  # the sound hole
        z = tall // 2 + dice.between(-1, 1)
        canvas.box(MIDDLE - 1, MIDDLE + 1 + odd, 0, 1, z, z + 2, filled=False)
    neck = dice.between(4, min(12, 18 - tall))
    slim = 1 if odd else 2
    x = MIDDLE - (1 - odd)
    canvas.box(x, x + slim, 0, min(thick, 2), tall - 1, tall + neck)
    head = dice.choice(("wide", "wide", "plain"))
    if head == "wide":
        z = tall + neck
        canvas.box(x - 1, x + slim + 1, 0, min(thick, 2), z - dice.between(1, 2), z + 1)
    return canvas, {"body": body, "head": head, "neck": neck}


def _body(dice: Dice, body: str, half: int) -> list[int]:
    """Half widths of a guitar's body, layer by layer from below."""
    if body == "boxy":
        return [half] * dice.between(5, 9)
    if body == "round":
        tall = 2 * half - dice.between(0, 3)
        places = ((z - (tall - 1) / 2) / (tall / 2 + 0.3) for z in range(tall))
        return [max(1, round(half * math.sqrt(max(0.0, 1 - place * place)))) for place in places]
    lower, upper = dice.between(3, 5), dice.between(2, 4)
    shoulder = half - dice.between(0, 1)
    waist = max(1, min(half, shoulder) - dice.between(1, 2))
    bout = [half - 1, *[half] * (lower - 1)]
    return [*bout, *[waist] * dice.between(1, 2), *[shoulder] * (upper - 1), max(1, shoulder - 1)]


def tower(dice: Dice) -> Drawn:
    canvas = Canvas()
    tiers = dice.between(1, 4)
    shape = dice.choice(("square", "square", "round"))
    top = dice.choice(("pointed", "flat", "battlements"))
    width = dice.between(max(4, 2 + 2 * tiers), 12)
    depth = max(4, 2 + 2 * tiers, width + dice.choice((0, 0, 0, 1, -1, -2)))
    walls = dice.between(max(8, 3 * tiers, width * 3 // 2), 17 if top == "pointed" else 19)
    spare = walls - 3 * tiers  # every tier is three layers tall or more
    extra = sorted(dice.between(0, spare) for _ in range(tiers - 1))
    cuts = [3 * tier + more for tier, more in enumerate(extra, start=1)]
    size, z = (width, depth), 0
    for end in (*cuts, walls):
        canvas.disc(shape, size, z, end)
        if min(size) >= 7:
            canvas.clear_disc(shape, resized(size, -4), z, end - 2)
        z = end
        last = size
        size = max(2 + size[0] % 2, size[0] - 2), max(2 + size[1] % 2, size[1] - 2)
    if top == "pointed":
        steep = dice.between(1, 2)
        tip = resized(last, -2)
        while z < 20 and min(last) > 2:
            canvas.disc(shape if min(tip) > 3 else "square", tip, z, min(20, z + steep))
            z += steep
            if min(tip) <= 2:
                break
            tip = resized(tip, -2)
    elif top == "battlements":
        _battlements(canvas, shape, last, z, dice.between(0, 1))
    return canvas, {
        "tiers": _TIERS[tiers],
        "top": top,
        "shape": shape,
        "tier": (*cuts, walls)[0],
        "walls": walls,
    }


def _battlements(canvas: Canvas, shape: str, size: Size, z: int, first: int) -> None:
    """A broken rim: two studs of merlon, two of gap."""
    rim = Canvas()
    rim.disc(shape, size, z, z + 1, wall=1)
    pairs = np.arange(SIZE) // 2
    merlons = ((pairs[:, None] + pairs[None, :] + first) % 2 == 0)[:, :, None]
    if not (rim.voxels & merlons).any():  # a small circle has no corners
        merlons = ~merlons
    canvas.voxels |= rim.voxels & merlons


def birdhouse(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, depth, wall = dice.between(5, 11), dice.between(5, 11), dice.between(5, 9)
    roof = dice.choice(("pitched", "pitched", "flat"))
    pole, hole, perch = dice.chance(0.45), dice.chance(0.8), dice.chance(0.45)
    x0, y0, z = 1, 2, 0
    middle = x0 + width // 2
    wide = 2 if width % 2 == 0 else 3
    left = middle - 1
    if pole:
        z = dice.between(3, 6)
        y = y0 + depth // 2 - 1
        canvas.box(left, left + wide, y, y + 2, 0, z)
        if dice.chance(0.7):
            canvas.box(left - 1, left + wide + 1, y - 1, y + 3, 0, dice.between(1, 2))
    post = z
    canvas.box(x0, x0 + width, y0, y0 + depth, z, z + wall)
    canvas.box(x0 + 1, x0 + width - 1, y0 + 1, y0 + depth - 1, z + 2, z + wall - 1, filled=False)
    if hole:
        top = z + wall - dice.between(1, 2)
        canvas.box(left, left + wide, y0, y0 + 1, top - 2, top, filled=False)
    if perch:
        canvas.box(left, left + wide, 0, y0 + 3, z + 1, z + 2)
    z += wall
    eaves = dice.between(0, 1)
    near, far = y0 - eaves, y0 + depth + dice.between(0, eaves)
    if roof == "flat":
        canvas.box(x0 - 1, x0 + width + 1, near, far, z, z + 2)
    else:
        low, high = x0 - 1, x0 + width + 1
        canvas.box(low, high, near, far, z, z + 1)  # eaves two layers thick: they overhang
        z += 1
        while high - low >= 1 and z < 22:
            canvas.box(low, high, near, far, z, z + 1)
            low, high, z = low + 1, high - 1, z + 1
    return canvas, {
        "roof": roof,
        "hole": "yes" if hole else "none",
        "pole": "yes" if pole else "none",
        "perch": "yes" if perch else "none",
        "wall": wall,
        "post": post,
    }


def camera(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, depth, height = dice.between(9, 17), dice.between(3, 6), dice.between(6, 9)
    lens, tripod, bump = dice.choice(("long", "short")), dice.chance(0.35), dice.chance(0.6)
    reach = dice.between(5, 7) if lens == "long" else dice.between(2, 3)
    z = dice.between(5, 8) if tripod else 0
    x = width // 2
    if tripod:
        for left in (x - 3, x + 2):
            for y in (reach, reach + depth - 1):
                canvas.box(left, left + 1, y, y + 1, 0, z)
        canvas.box(x - 3, x + 3, reach, reach + depth, z - 1, z)
    canvas.box(0, width, reach, reach + depth, z, z + height)
    size = dice.between(4, 6)
    for layer in range(z + (height - size) // 2, z + (height - size) // 2 + size):
        edge = layer in (z + (height - size) // 2, z + (height - size) // 2 + size - 1)
        half = 2 if edge else 3
        canvas.box(x - half, x + half, 0, reach, layer, layer + 1)
    if bump:
        wide = dice.between(2, 3)
        canvas.box(
            x - wide, x + wide, reach, reach + depth, z + height, z + height + dice.between(1, 2)
        )
    if dice.chance(0.7):  # the shutter release
        canvas.box(1, 1 + dice.between(1, 2), reach, reach + 2, z + height, z + height + 1)
    return canvas, {
        "lens": lens,
        "viewfinder": "yes" if bump else "none",
        "tripod": "yes" if tripod else "none",
        "case": height,
        "reach": reach,
        "glass": size,
    }
