"""Baskets, bottles, bowls, jars, mugs and pots as voxels: turned shapes, with handles and lids.

Every function draws one shape and says what it drew, in the words of the lexicon. Floors are two
layers thick and round walls about a stud and a half, so that bricks can tie them.
"""

from __future__ import annotations

from legolab.training.shapes.canvas import MIDDLE, SIZE, Canvas, Dice, Size, edges, resized
from legolab.training.shapes.furniture import Drawn


def _plan(dice: Dice, low: int, high: int) -> Size:
    """Width and depth of a turned shape: mostly a circle, sometimes a little oval."""
    width = dice.between(low, high)
    return width, min(high, max(low, width + dice.choice((0, 0, 0, 1, -1, 2, -2, 3, -3, 4))))


def _tube(canvas: Canvas, plan: str, size: Size, z0: int, z1: int, wall: int = 1) -> None:
    """A hollow wall; round walls are thickened so that neighbouring studs touch."""
    canvas.disc(plan, size, z0, z1, wall=wall + (0.5 if plan == "round" else 0))


def _cup(canvas: Canvas, plan: str, size: Size, z0: int, z1: int, wall: int = 1) -> None:
    """A wall on a floor."""
    canvas.disc(plan, size, z0, z0 + 2)
    _tube(canvas, plan, size, z0 + 2, z1, wall)


def _knob(canvas: Canvas, dice: Dice, size: Size, z: int) -> None:
    """A knob in the middle of a lid."""
    canvas.disc("square", (2 + size[0] % 2, 2 + size[1] % 2), z, z + dice.between(1, 3))


def basket(dice: Dice) -> Drawn:
    canvas = Canvas()
    handle = dice.chance(0.65)
    shape = dice.choice(("round", "square") if handle else ("round", "square", "square"))
    size = _plan(dice, 7, 16) if shape == "round" else (dice.between(7, 18), dice.between(5, 12))
    low = 3 if handle else 4
    wall = dice.between(low, min(8, max(low, min(size) - 2)))  # a taller one is a bin
    foot = 1 if wall >= 5 and dice.chance(0.25) else 0
    if foot:
        canvas.disc(shape, resized(size, -2), 0, foot)
    _cup(canvas, shape, size, foot, wall, dice.between(1, 2))
    if wall - foot >= 4 and dice.chance(0.3):
        canvas.disc(shape, resized(size, 2), wall - 2, wall, wall=2)
        size = resized(size, 2)
    if not handle:
        _grips(canvas, dice, size, wall)
    else:
        rise, thick = dice.between(4, 8), dice.between(2, 3)
        wide = dice.between(1, 3) if shape == "square" else dice.between(2, 3)
        x0, x1 = edges(size[0])
        y = MIDDLE - wide // 2 + (dice.between(-1, 1) if shape == "square" else 0)
        for x in (x0, x1 - 1):
            canvas.box(x, x + 1, y, y + wide, foot + 2, wall + rise)
        canvas.box(x0, x1, y, y + wide, wall + rise - 2, wall + rise)
        if thick == 3:
            canvas.box(x0 + 1, x1 - 1, y, y + wide, wall + rise, wall + rise + 1)
    return canvas, {"handle": "yes" if handle else "none", "shape": shape, "wall": wall}


def _grips(canvas: Canvas, dice: Dice, size: Size, wall: int) -> None:
    """What a basket without a handle over the top is held by: a tab at either end of the rim."""
    x0, x1 = edges(size[0])
    wide, rise = dice.between(4, 5), dice.between(1, 3)
    y = MIDDLE - wide // 2
    for x in (x0, x1 - 1):
        canvas.box(x, x + 1, y, y + wide, wall - 1, wall + rise)


def bottle(dice: Dice) -> Drawn:
    canvas = Canvas()
    shape = dice.choice(("round", "square"))
    size = _plan(dice, 4, 11) if shape == "round" else (dice.between(4, 10), dice.between(4, 10))
    if size[0] % 2 != size[1] % 2:
        size = size[0], size[0]
    body = dice.between(max(5, min(size)), 12)  # a low one is a stepped pyramid
    waist = dice.between(3, body - 4) if min(size) >= 7 and dice.chance(0.3) else body
    canvas.disc(shape, size, 0, body)
    if dice.chance(0.3):  # a foot ring
        canvas.disc(shape, resized(size, 2), 0, dice.between(1, 2))
    if waist < body:
        slim = waist + dice.between(1, min(3, body - 1 - waist))
        canvas.clear_disc("square", (2 * SIZE, 2 * SIZE), waist, slim)
        canvas.disc(shape, resized(size, -2), waist, slim)
    neck = dice.choice(("long", "short"))
    thin = 2 + size[0] % 2
    z, shoulder = body, resized(size, -2)
    while max(shoulder) > thin:
        shoulder = max(thin, shoulder[0]), max(thin, shoulder[1])
        steps = dice.between(1, 3)
        canvas.disc("round" if min(shoulder) > 3 else "square", shoulder, z, z + steps)
        z += steps
        shoulder = resized(shoulder, -dice.choice((2, 2, 4)))
    top = z
    rise = dice.between(4, 7) if neck == "long" else dice.between(2, 3)
    canvas.disc("square", (thin, thin), z, z + rise)
    cap = dice.chance(0.25)
    if rise >= 4 and not cap and dice.chance(0.4):  # a ring around the neck
        ring = z + dice.between(1, rise - 2)
        canvas.disc("square", (thin + 2, thin + 2), ring, ring + 1)
    z += rise
    if cap:
        canvas.disc("square", (thin + 2, thin + 2), z, z + dice.between(1, 2))
    return canvas, {
        "neck": neck,
        "shape": shape,
        "cap": "yes" if cap else "none",
        "body": body,
        "shoulder": top,
    }


def bowl(dice: Dice) -> Drawn:
    canvas = Canvas()
    shape = dice.choice(("round", "round", "round", "square"))
    width = dice.between(10, 20)
    is_circle = shape == "round" and dice.chance(0.15)
    rim = width, width if is_circle else dice.between(max(9, width - 7), min(20, width + 7))
    most = dice.between(5, max(6, min(rim) * 3 // 5))  # a taller one is a pot
    sizes = [rim]
    for _ in range(dice.between(1, 3 if min(rim) >= 15 else 2 if min(rim) >= 11 else 1)):
        sizes.append(resized(sizes[-1], -dice.choice((2, 2, 4) if min(sizes[-1]) >= 10 else (2,))))
    foot = dice.chance(0.5)
    z = 0
    if foot:
        z = dice.between(1, 2)
        canvas.disc(
            shape, resized(sizes[-1], -dice.choice((2, 4) if min(sizes[-1]) > 7 else (2,))), 0, z
        )
    canvas.disc(shape, sizes[-1], z, z + 2)
    z += 2
    base = z
    spare = max(0, most + dice.between(0, 1) - z - len(sizes))
    for size, smaller in zip(sizes[-2:0:-1], sizes[:1:-1], strict=True):
        rise = 1 + dice.between(0, min(2, spare))
        spare -= rise - 1
        _tube(canvas, shape, size, z, z + rise, (size[0] - smaller[0]) // 2 + dice.between(1, 2))
        z += rise
    rise = 2 + dice.between(0, min(3, spare))
    wall = (rim[0] - sizes[1][0]) // 2 + (dice.between(0, 1) if min(rim) >= 10 else 0)
    _tube(canvas, shape, rim, z, z + rise, wall)
    return canvas, {
        "foot": "yes" if foot else "none",
        "shape": shape,
        "base": base,
        "steps": len(sizes) - 1,
        "rim": rise,
    }


def jar(dice: Dice) -> Drawn:
    canvas = Canvas()
    shape = dice.choice(("round", "square"))
    size = _plan(dice, 7, 15)
    body = dice.between(max(4, min(size) // 2), 12)
    foot = dice.chance(0.25)
    z = 0
    if foot:
        z = dice.between(1, 2)
        canvas.disc(shape, resized(size, -2), 0, z)
    _cup(canvas, shape, size, z, z + body)
    z += body
    canvas.disc(shape, size, z, z + 1, wall=4)
    z += 1
    if min(size) >= 9 and dice.chance(0.5):  # a round shoulder
        canvas.disc(shape, resized(size, -2), z, z + 1, wall=3)
        z += 1
    shoulder = z
    throat, neck = resized(size, -4 if min(size) >= 8 else -2), dice.between(2, 3)
    _tube(canvas, shape, throat, z, z + neck)
    z += neck
    lid = dice.chance(0.65)
    if not lid and dice.chance(0.6):  # a lip
        canvas.disc(shape, resized(size, -2), z - 1, z, wall=2)
    if lid:
        cover = dice.choice((throat, resized(size, -2), resized(size, -2)))
        canvas.disc(shape, cover, z, z + 2)
        _knob(canvas, dice, size, z + 2)
    return canvas, {
        "lid": "yes" if lid else "none",
        "shape": shape,
        "body": body,
        "shoulder": shoulder,
    }


def mug(dice: Dice) -> Drawn:
    canvas = Canvas()
    shape = dice.choice(("round", "round", "square"))
    size = _plan(dice, 6, 13) if shape == "round" else (dice.between(5, 12), dice.between(6, 12))
    height = dice.between(5, min(13, min(size) + 3))
    handle = dice.choice(("big", "big", "big", "small", "small", "none"))
    if handle == "none":  # a tumbler: low and wide it would be a bowl
        size = min(size[0], 9), min(size[1], 9)
        height = dice.between(max(size) + 1, 14)
    if height < 8 and handle == "small":
        handle = "big"
    wall = dice.between(1, 2) if min(size) >= 8 else 1
    _cup(canvas, shape, size, 0, height, wall)
    if height >= 7 and dice.chance(0.25):
        canvas.disc(shape, resized(size, 2), 0, dice.between(2, 3), wall=2)
    elif height >= 7 and dice.chance(0.2):
        canvas.disc(shape, resized(size, 2), height - dice.between(1, 2), height, wall=2)
    right = edges(size[0])[1]
    wide = 0
    if handle != "none":
        wide = dice.between(1, 2)
        y = MIDDLE - dice.between(0, wide) + dice.between(-1, 1)
        if handle == "big":
            reach = dice.between(4, 5) if height >= 8 else 4
            spare = min(3, (height - 5) // 2)
            low, high = dice.between(0, spare), height - dice.between(0, spare)
        else:
            reach = 3
            low = dice.between(1, height - 5)
            high = low + dice.between(3, 4)
        canvas.box(right - 1, right + reach, y, y + wide, low, low + 1)
        canvas.box(right - 1, right + reach, y, y + wide, high - 1, high)
        canvas.box(right + reach - 2, right + reach, y, y + wide, low, high)
    return canvas, {"handle": handle, "shape": shape, "wall": wall, "grip": wide}


def pot(dice: Dice) -> Drawn:
    return _flower_pot(dice) if dice.chance(0.5) else _cooking_pot(dice)


def _flower_pot(dice: Dice) -> Drawn:
    canvas = Canvas()
    rim = _plan(dice, 7, 17)
    steps = dice.between(1, 2) if min(rim) >= 8 else 1
    z = dice.between(max(2, min(rim) // 2 - 2), 7)
    waist = z
    _cup(canvas, "round", resized(rim, -2 * steps), 0, z, 2)
    if steps == 2:
        rise = dice.between(2, 5)
        _tube(canvas, "round", resized(rim, -2), z, z + rise, 2)
        z += rise
    rise = dice.between(2, 4)
    _tube(canvas, "round", rim, z, z + rise, 2)
    z += rise
    if dice.chance(0.4):  # earth
        earth = z - dice.between(2, 3)
        canvas.disc("round", resized(rim, -2), earth, earth + 1)
    return canvas, {"kind": "flower", "handles": "none", "lid": "none", "waist": waist}


def _cooking_pot(dice: Dice) -> Drawn:
    canvas = Canvas()
    size, height = _plan(dice, 8, 15), dice.between(4, 9)
    handles = dice.chance(0.85)
    lid = dice.chance(0.5 if handles else 0.8)  # without either it would be a mug or a basket
    z = 0
    if handles:
        low, high = edges(size[0])
        z, reach = height - dice.between(0, 3), dice.between(2, 3)
        wide = dice.between(2, 4)
        y = MIDDLE - wide // 2
        canvas.box(low - reach, high + reach, y, y + wide, z - 2, z)
    canvas.clear_disc("round", resized(size, -3), 2, height)
    _cup(canvas, "round", size, 0, height)
    if lid:
        canvas.disc("round", size, height, height + 2)
        _knob(canvas, dice, size, height + 2)
    return canvas, {
        "kind": "cooking",
        "handles": "two" if handles else "none",
        "lid": "yes" if lid else "none",
        "waist": z,
    }
