"""Chairs, tables, sofas, beds, benches, bookshelves and pianos as voxels.

Every function draws one shape and says what it drew, in the words of the lexicon; width, depth
and height are measured afterwards. Slabs are two layers thick, so that bricks can tie them.
"""

from __future__ import annotations

import math

import numpy as np

from legolab.generation.lexicon import Value
from legolab.training.shapes.canvas import Canvas, Dice, edges

Drawn = tuple[Canvas, dict[str, Value]]


def chair(dice: Dice) -> Drawn:
    canvas = Canvas()
    width = dice.between(4, 9) if dice.chance(0.5) else dice.between(8, 13)
    depth = dice.between(max(5, width - 2), min(13, width + 2))
    back = dice.choice(("high", "high", "low", "none"))
    legs = dice.choice(("four", "four", "four", "four", "pedestal", "solid"))
    thick = dice.chance(0.4)
    seat = dice.between(*{"four": (2, 8), "pedestal": (3, 6), "solid": (1, 4)}[legs])
    rise = {"high": dice.between(6, 11), "low": dice.between(2, 4), "none": 0}[back]
    arms = back != "none" and dice.chance(0.4)
    slats = back == "high" and width >= 5 and dice.chance(0.3)
    back_thickness = dice.between(1, 2)
    thick = thick and not (legs == "four" and width < 5)  # thick legs would touch
    if legs == "four":
        leg = (3 if width >= 10 and dice.chance(0.3) else 2) if thick else 1
        canvas.corners(width, depth, leg, 0, seat)
    elif legs == "solid":
        canvas.box(0, width, 0, depth, 0, seat)
    else:
        size = (2 if width % 2 == 0 else 3) if thick or width % 2 == 0 else 1
        x, y = (width - size) // 2, (depth - 2) // 2
        canvas.box(x, x + size, y, y + 2, 0, seat)
        canvas.box(x - 1, x + size + 1, y - 1, y + 3, 0, 1)
    top = seat + 2
    canvas.box(0, width, 0, depth, seat, top)
    if slats:
        for x in range(0, width, 2) if width % 2 else (*range(0, width - 1, 2), width - 1):
            canvas.box(x, x + 1, depth - back_thickness, depth, top, top + rise)
        canvas.box(0, width, depth - back_thickness, depth, top + rise - 1, top + rise)
    else:
        canvas.box(0, width, depth - back_thickness, depth, top, top + rise)
    if arms:
        arm = dice.between(2, 3) if back == "high" else 2
        canvas.box(0, 1, 0, depth, top, top + arm)
        canvas.box(width - 1, width, 0, depth, top, top + arm)
    return canvas, {
        "back": back,
        "slats": "yes" if slats else "none",
        "legs": legs,
        "thickness": "thick" if thick else "thin",
        "arms": "two" if arms else "none",
        "seat": seat,
    }


def table(dice: Dice) -> Drawn:
    canvas = Canvas()
    top = dice.choice(("round", "square", "long"))
    legs = dice.choice(("four", "four", "pedestal", "panels"))
    if top == "round" and legs == "panels":
        legs = "four"
    thick = dice.chance(0.5)
    if top == "round":
        width = depth = dice.between(9, 18)
    elif top == "square":
        width = dice.between(7, 16)
        depth = width + dice.between(-1, 1)
    else:
        width = dice.between(11, 20)
        depth = dice.between(5, min(12, width - 2))
    # Taller than wide, a table looks like a lamp or a stool.
    under = dice.between(
        *((4, min(10, width - 3)) if legs == "pedestal" else (3, min(12, width - 1)))
    )
    inset = (
        max(1, round(width * 0.17)) if top == "round" else dice.between(0, 3 if width >= 11 else 2)
    )
    slab = dice.between(2, 3)
    shelf = legs == "four" and under >= 5 and dice.chance(0.35)
    if legs != "pedestal" and min(width, depth) - 2 * inset < 3:
        inset = 1
    thick = thick and not (legs != "pedestal" and min(width, depth) - 2 * inset < 5)
    size = 2 if thick else 1
    if thick and legs != "pedestal" and min(width, depth) - 2 * inset >= 9 and dice.chance(0.3):
        size = 3
    if legs == "four":
        canvas.corners(width - inset, depth - inset, size, 0, under, inset, inset)
    elif legs == "panels":
        canvas.box(inset, inset + size, inset, depth - inset, 0, under)
        canvas.box(width - inset - size, width - inset, inset, depth - inset, 0, under)
    else:
        x0, y0 = width // 2 - (2 if thick else 1), depth // 2 - (2 if thick else 1)
        canvas.box(x0, width - x0, y0, depth - y0, 0, under)
        spread = dice.between(1, min(2, x0, y0))  # no wider than the top
        canvas.box(x0 - spread, width - x0 + spread, y0 - 1, depth - y0 + 1, 0, dice.between(1, 2))
    if top == "round":
        canvas.disc("round", (width, depth), under, under + slab)
        canvas.voxels[:, :, under : under + slab] = np.roll(
            canvas.voxels[:, :, under : under + slab], -edges(width)[0], axis=(0, 1)
        )
    else:
        canvas.box(0, width, 0, depth, under, under + slab)
    if legs == "four" and top != "round" and dice.chance(0.4):
        canvas.walls(inset, width - inset, inset, depth - inset, under - 1, under, size)
    if shelf:
        z = dice.between(1, under - 4)
        canvas.box(inset, width - inset, inset, depth - inset, z, z + 2)
    return canvas, {
        "top": top,
        "legs": legs,
        "thickness": "thick" if thick else "thin",
        "shelf": "yes" if shelf else "none",
        "inset": inset,
        "slab": slab,
    }


def sofa(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, deep = dice.between(11, 20), dice.between(5, 10)
    seat = dice.between(2, 5)
    back = dice.choice(("high", "low"))
    rise = dice.between(4, 7) if back == "high" else dice.between(2, 3)
    arms = dice.choice(("thick", "thin", "none"))
    feet, corner = dice.chance(0.5), width >= 12 and dice.chance(0.3)
    front = dice.between(4, 5) if corner else 0
    foot = 1 if feet else 0
    if feet:
        canvas.corners(width, front + deep, 2, 0, 1, 0, front)
        if corner:
            canvas.box(0, 2, 0, 2, 0, 1)
    canvas.box(0, width, front, front + deep, foot, foot + seat)
    chaise = dice.between(5, 6)
    if corner:
        canvas.box(0, chaise, 0, front + 1, foot, foot + seat)
    top = foot + seat
    back_thickness = dice.between(1, 2)
    canvas.box(0, width, front + deep - back_thickness, front + deep, top, top + rise)
    arm = {"thick": dice.between(2, 3), "thin": 1, "none": 0}[arms]
    arm_rise = 2 if back == "high" else 1
    if arm:
        canvas.box(0, arm, 0 if corner else front, front + deep, top, top + arm_rise)
        canvas.box(width - arm, width, front, front + deep, top, top + arm_rise)
    return canvas, {
        "back": back,
        "arms": arms,
        "feet": "yes" if feet else "none",
        "corner": "yes" if corner else "none",
        "seat": top,
    }


def bed(dice: Dice) -> Drawn:
    canvas = Canvas()
    length = dice.between(13, 20)
    if dice.chance(0.25):
        width, under = dice.between(6, 8), dice.between(2, 3)
        gap, rail = dice.between(4, 6), dice.between(2, 3)
        upper = under + 2 + gap
        top = upper + 2 + rail
        size = dice.between(1, 2)
        canvas.corners(width, length, size, 0, top)
        for z in (under, upper):
            canvas.box(0, width, 0, length, z, z + 2)
        canvas.box(0, width, length - 1, length, under, top)
        canvas.box(0, width, 0, 1, upper, top - 1)
        return canvas, {
            "levels": "two",
            "headboard": "tall",
            "footboard": "yes",
            "legs": "four",
            "pillows": "none",
            "mattress": under + 2,
        }
    width = dice.between(7, min(16, length - 2))
    head = dice.choice(("tall", "tall", "low", "none"))
    legs, foot = dice.chance(0.5), dice.chance(0.4)
    under = dice.between(1, 3) if legs else 0
    if legs:
        canvas.corners(width, length, dice.between(1, 2), 0, under)
    top = under + dice.between(2, 3)
    canvas.box(0, width, 0, length, under, top)
    rise = {"tall": dice.between(3, 7), "low": dice.between(1, 2), "none": 0}[head]
    canvas.box(0, width, length - 1, length, under, top + rise)
    pillows = "none"
    if dice.chance(0.85):
        pillows = "one" if width < 10 else "two"
        y0 = length - 1 - dice.between(2, 4)
        middle = width // 2
        canvas.box(1, width - 1, y0, length - 1, top, top + 1)
        if pillows == "two":
            canvas.box(middle - 1, middle + 1, y0, length - 1, top, top + 1, filled=False)
    if foot:
        canvas.box(0, width, 0, 1, under, top + dice.between(1, 2 if rise < 4 else 3))
    if head == "tall" and dice.chance(0.3):
        post = dice.between(1, 2)
        for x in (0, width - post):
            canvas.box(x, x + post, length - 1, length, top + rise, top + rise + 1)
    return canvas, {
        "levels": "one",
        "headboard": head,
        "footboard": "yes" if foot else "none",
        "legs": "four" if legs else "none",
        "pillows": pillows,
        "mattress": top,
    }


def bench(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, depth = dice.between(11, 20), dice.between(3, 7)
    seat = dice.between(2, 6)
    back = dice.chance(0.6)
    legs = dice.choice(("four", "panels"))
    arms = back and dice.chance(0.45)
    leg = dice.between(1, 3)
    inset = dice.between(0, min(3, (width - 4) // 2 - leg))
    if legs == "four":
        for x in (inset, width - leg - inset):
            for y in (0, depth - 1):
                canvas.box(x, x + leg, y, y + 1, 0, seat)
    else:
        canvas.box(inset, inset + leg, 0, depth, 0, seat)
        canvas.box(width - leg - inset, width - inset, 0, depth, 0, seat)
    top = seat + 2
    canvas.box(0, width, 0, depth, seat, top)
    if back:
        rise = dice.between(3, 6)
        canvas.box(0, width, depth - 1, depth, top, top + rise)
        if rise >= 4 and dice.chance(0.3):  # a gap under the back
            post = dice.between(1, 3)
            canvas.box(post, width - post, depth - 1, depth, top, top + 1, filled=False)
    if arms:
        arm = dice.between(2, 3) if rise >= 4 else 2
        canvas.box(0, 1, 0, depth, top, top + arm)
        canvas.box(width - 1, width, 0, depth, top, top + arm)
    return canvas, {
        "back": "yes" if back else "none",
        "legs": legs,
        "arms": "two" if arms else "none",
        "seat": seat,
        "leg": leg,
        "inset": inset,
    }


def bookshelf(dice: Dice) -> Drawn:
    canvas = Canvas()
    shelves = dice.between(2, 5)
    width, depth = dice.between(5, 16), dice.between(3, 6)
    closed = width > 9 or dice.chance(0.5)
    divider = width >= 9 and dice.chance(0.45)
    plinth = dice.between(0, 3)
    gap = dice.between(2, max(2, min(5, (19 - plinth) // shelves - 1)))
    first = min(dice.between(gap, gap + 1), 18 - plinth - (shelves - 1) * (gap + 1))
    boards = [plinth, *(plinth + first + 1 + k * (gap + 1) for k in range(shelves))]
    top = boards[-1] + 1
    sides = 2 if width >= 8 and dice.chance(0.25) else 1
    canvas.box(0, sides, 0, depth, 0, top)
    canvas.box(width - sides, width, 0, depth, 0, top)
    if top < 20 and dice.chance(0.3):
        canvas.box(1, width - 1, 1, depth, top, top + 1)
    if plinth:
        canvas.box(0, width, 0, depth, 0, plinth)
    for z in boards:
        canvas.box(0, width, 0, depth, z, z + 1)
    if closed:
        canvas.box(0, width, depth - 1, depth, 0, top)
    if divider:
        x = width // 2 + dice.between(-1, 1)
        canvas.box(x, x + 1, 0, depth, 0, top)
    names = {2: "two", 3: "three", 4: "four", 5: "five"}
    return canvas, {
        "shelves": names[shelves],
        "back": "closed" if closed else "open",
        "divider": "yes" if divider else "none",
        "plinth": plinth,
    }


def piano(dice: Dice) -> Drawn:
    return _upright(dice) if dice.chance(0.5) else _grand(dice)


def _upright(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, keys = dice.between(10, 20), dice.between(3, 6)
    reach, body = dice.between(2, 4), dice.between(2, 5)
    height = keys + dice.between(5, 9)
    canvas.box(0, width, reach, reach + body, 0, height)
    canvas.box(0, 1, 0, reach, 0, keys)
    canvas.box(width - 1, width, 0, reach, 0, keys)
    canvas.box(0, width, 0, reach + body, keys, keys + 2)
    cheek = dice.between(1, 2)
    canvas.box(0, cheek, 0, reach, keys + 2, keys + 3)
    canvas.box(width - cheek, width, 0, reach, keys + 2, keys + 3)
    if dice.chance(0.6):
        canvas.box(0, width, reach - 1, reach + body, height - 1, height)
    if dice.chance(0.4):
        aside = dice.between(2, 3)
        canvas.box(aside, width - aside, reach - 1, reach, keys + 2, keys + dice.between(4, 5))
    return canvas, {"kind": "upright", "lid": "none", "keys": keys, "reach": reach, "case": body}


def _grand(dice: Dice) -> Drawn:
    canvas = Canvas()
    width, length, under = dice.between(8, 15), dice.between(10, 18), dice.between(3, 7)
    body = dice.between(2, 3)
    straight = dice.choice((0.35, 0.45, 0.55))
    for x, y in ((0, 1), (width - 2, 1), (1, length - 4)):
        canvas.box(x, x + 2, y, y + 2, 0, under)
    for y in range(length):
        past = max(0.0, (y + 0.5) / length - straight) / (1 - straight)
        right = max(4, round(width * math.sqrt(max(0.0, 1 - past * past))))
        canvas.box(0, right, y, y + 1, under, under + body)
    canvas.box(1, width - 1, 0, 2, under + body - 1, under + body, filled=False)
    lid = dice.choice(("open", "closed"))
    if lid == "open":
        # Hinged at the straight side, it leans over the strings, a stud for every layer.
        for step in range(dice.between(3, 5)):
            z = under + body + step
            canvas.box(step, step + 2, 3, length - 3, z, z + 1)
    return canvas, {"kind": "grand", "lid": lid, "keys": under, "reach": 0, "case": body}
