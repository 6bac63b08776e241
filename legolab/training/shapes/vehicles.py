"""Cars, buses, trains and vessels as voxels: they drive towards low x, their side faces the front.

Every function draws one shape and says what it drew, in the words of the lexicon.
"""

from __future__ import annotations

from legolab.training.shapes.canvas import Canvas, Dice
from legolab.training.shapes.furniture import Drawn


def _wheels(canvas: Canvas, starts: tuple[int, ...], size: int, depth: int, across: int) -> None:
    """Wheels of `size` studs and layers at both sides, `across` studs thick."""
    for x in starts:
        canvas.box(x, x + size, 0, across, 0, size)
        canvas.box(x, x + size, depth - across, depth, 0, size)


def car(dice: Dice) -> Drawn:
    canvas = Canvas()
    body = dice.choice(("sedan", "sedan", "van", "pickup", "sports"))
    length, depth = dice.between(11, 20), dice.between(5, 9)
    wheels = dice.choice(("large", "small"))
    wheel = 3 if wheels == "large" else 2
    _wheels(canvas, (1, length - 1 - wheel), wheel, depth, 2)
    side = 1 if depth >= 6 else 0
    near, far = side, depth - side
    canvas.box(0, length, near, far, 1, 3)
    floor = 3
    canvas.box(0 if dice.chance(0.5) else 1, length, near, far, floor, floor + 1)
    deck = floor + 1 if body != "sports" else floor
    if body == "sports":
        canvas.box(0, length, near, far, floor, floor + 1, filled=False)
    spoiler = body in ("sports", "sedan") and dice.chance(0.35)
    if body in ("sedan", "sports"):
        start = length // 4 + dice.between(0, 2)
        end = length - max(2, length // 5) + dice.between(-1, 1)
        for step in range(dice.between(2, 3) if body == "sedan" else dice.between(1, 2)):
            canvas.box(
                start + min(step, 2), end - step // 2, near, far, deck + step, deck + step + 1
            )
        if spoiler:
            canvas.box(length - 1, length, near, far, deck, deck + 2)
    elif body == "van":
        rise, start = dice.between(4, 6), dice.between(1, 3)
        canvas.box(start, length, near, far, deck, deck + rise)
        end = length
        window = dice.between(2, 3)
        for side in (near, far - 1):
            for x in (start + 1, start + window + 2)[: dice.between(1, 2)]:
                canvas.box(x, x + window, side, side + 1, deck + 1, deck + 3, filled=False)
    else:
        start, end = length // 5 + dice.between(0, 1), length // 2 + dice.between(0, 1)
        canvas.box(start, end, near, far, deck, deck + dice.between(2, 4))
        canvas.box(end, length, near, near + 1, deck, deck + 1)
        canvas.box(end, length, far - 1, far, deck, deck + 1)
        canvas.box(length - 1, length, near, far, deck, deck + 1)
    return canvas, {
        "body": body,
        "wheels": wheels,
        "spoiler": "yes" if spoiler else "none",
        "bonnet": start,
        "cab": end - start,
    }


def bus(dice: Dice) -> Drawn:
    canvas = Canvas()
    decks = dice.choice(("one", "one", "two"))
    length = dice.between(14 if decks == "two" else 12, 20)
    depth = dice.between(4, 7)
    windows = dice.chance(0.8)
    six = length >= 15 and dice.chance(0.5)
    front, rear = dice.between(1, 3), length - dice.between(3, 5)
    _wheels(canvas, (front, rear, *((rear - 3,) if six else ())), 2, depth, 1)
    canvas.box(0, length, 1, depth - 1, 1, 2)
    lower = dice.between(4, 6)
    roof = 3 + lower + (dice.between(4, 5) if decks == "two" else 0)
    canvas.box(0, length, 0, depth, 2, roof + 1)
    if depth >= 5:
        canvas.box(2, length - 2, 2, depth - 2, 4, roof - 1, filled=False)
    slope = dice.between(0, 2)
    for step in range(slope):
        canvas.box(0, slope - step, 0, depth, roof - step, roof - step + 1, filled=False)
    if windows:
        wide, tall = dice.between(2, 3), 2 if lower >= 5 else 1
        for z in (4,) if decks == "one" else (4, 4 + lower):
            for x in range(2, length - wide, wide + 1):
                canvas.box(x, x + wide, 0, 1, z, z + tall, filled=False)
                canvas.box(x, x + wide, depth - 1, depth, z, z + tall, filled=False)
            canvas.box(0, 1, 1, depth - 1, z, z + 1, filled=False)
    if decks == "one" and dice.chance(0.3):
        x = dice.between(3, length - 7)
        canvas.box(x, x + dice.between(3, 6), 1, depth - 1, roof + 1, roof + 2)
    return canvas, {
        "decks": decks,
        "windows": "yes" if windows else "none",
        "wheels": "six" if six else "four",
        "front": front,
        "rear": rear,
        "lower": lower,
    }


def train(dice: Dice) -> Drawn:
    canvas = Canvas()
    carriages = dice.choice((0, 1, 1, 2))
    depth = dice.between(4, 7)
    engine = {0: dice.between(11, 17), 1: dice.between(8, 11), 2: dice.between(6, 8)}[carriages]
    chimney = dice.chance(0.7)
    middle = (1, engine // 2) if engine >= 13 else (1,)
    _wheels(canvas, (*middle, engine - 3), 2, depth, 1)
    canvas.box(0, engine, 0, depth, 1, 3)
    side = 1 if depth >= 5 else 0
    boiler = dice.between(5, 6) if carriages == 0 else 5
    canvas.box(0, engine, side, depth - side, 3, boiler)
    cab = min(max(3, engine // 3) + dice.between(-1, 1), engine - 4)
    roof = boiler + dice.between(2, 4)
    canvas.box(engine - cab, engine, 0, depth, 3, roof)
    if roof < 10 and dice.chance(0.4):
        canvas.box(engine - cab - 1, engine, 0, depth, roof - 1, roof)
    y = depth // 2
    if chimney:
        x = dice.between(0, 2)
        canvas.box(x, x + 2, y - 1, y + 1, boiler, boiler + dice.between(2, 5))
    if engine - cab >= 7 and dice.chance(0.5):
        x = dice.between(4, engine - cab - 3)
        canvas.box(x, x + 2, y - 1, y + 1, boiler, boiler + 1)
    start = engine
    open_wagons = carriages > 0 and dice.chance(0.4)
    wagon = dice.between(6, 8) if carriages == 1 else 5
    tall = dice.between(5, roof - 1) if roof > 5 else 5
    for _ in range(carriages):
        canvas.box(start - 2, start + 3, y - 1, y + 1, 1, 3)
        start += 1
        _wheels(canvas, (start, start + wagon - 2), 2, depth, 1)
        canvas.box(start, start + wagon, 0, depth, 1, 3)
        if open_wagons:
            canvas.walls(start, start + wagon, 0, depth, 3, 5)
        else:
            canvas.box(start, start + wagon, 0, depth, 3, tall + 1)
        start += wagon
    cargo = ("open" if open_wagons else "closed") if carriages else "none"
    return canvas, {
        "carriages": {0: "none", 1: "one", 2: "two"}[carriages],
        "chimney": "yes" if chimney else "none",
        "cargo": cargo,
        "engine": engine,
        "boiler": boiler,
        "cab": cab,
        "wagon": wagon if carriages else 0,
    }


def _hull(canvas: Canvas, length: int, depth: int, height: int, pointed: bool) -> None:
    """A hull that widens from the keel up; the bow is at low x."""
    for z in range(height):
        rake = 1 if z == 0 and height >= 3 else 0
        for x in range(rake, length - rake):
            pinch = rake
            if pointed:
                pinch = max(pinch, depth // 2 - 1 - (x - rake))
            pinch = min(pinch, depth // 2 - 1)
            canvas.box(x, x + 1, pinch, depth - pinch, z, z + 1)


def vessel(dice: Dice) -> Drawn:
    canvas = Canvas()
    kind = dice.choice(("sail", "sail", "cargo", "open"))
    length, depth = dice.between(11, 20), dice.between(5, 9)
    hull = dice.between(2, 5) if kind != "open" else dice.between(3, 5)
    bow = dice.choice(("pointed", "pointed", "square"))
    _hull(canvas, length, depth, hull, bow == "pointed")
    cabin = "none"
    if kind == "open":
        side = 1 if depth <= 6 else 2
        canvas.box(depth // 2 + 1, length - 2, side, depth - side, 1, hull, filled=False)
        x = length // 2 + dice.between(-1, 2)
        canvas.box(x, x + 2, 0, depth, hull - 1, hull)
    elif kind == "sail":
        y, x = depth // 2, length // 2 - dice.between(0, 2)
        mast = dice.between(8, 19 - hull)
        canvas.box(x, x + 2, y - 1, y + 1, hull, hull + mast)
        reach = min(length - x - 3, dice.between(4, 7))
        for z in range(hull + 2, hull + mast - 1):
            share = 1 - (z - hull - 2) / (mast - 2)
            canvas.box(x + 2, x + 2 + max(1, round(reach * share)), y - 1, y + 1, z, z + 1)
    else:
        cabin = dice.choice(("back", "back", "middle"))
        wide = dice.between(3, 4)
        x = length - wide - 1 if cabin == "back" else length // 2 - 1
        rise = dice.between(3, 5)
        canvas.box(x, x + wide, 1, depth - 1, hull, hull + rise)
        canvas.box(x + 1, x + wide - 1, 2, depth - 2, hull + rise, hull + rise + 2)
        if cabin == "back":
            tall = dice.between(1, 2)
            for start in range(depth // 2 + 1, x - 3, 4):
                canvas.box(start, start + 3, 1, depth - 1, hull, hull + tall)
    return canvas, {"kind": kind, "cabin": cabin, "bow": bow, "hull": hull}
