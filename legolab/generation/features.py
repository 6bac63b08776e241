"""Reads from a structure what its description speaks of: sizes, legs, handle, decks.

One function per category answers with the choices it can tell. OTHER stands for "none of the
words"; what cannot be told is left out. Knows no model and no physics.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from legolab.bricks.structure import BrickStructure
from legolab.generation.lexicon import CATEGORIES, Choice, Value

OTHER = "other"

_COUNTS = ("none", "one", "two", "three", "four", "five")

Seen = dict[str, str]


class Form:
    """The studs a structure fills, cut to its own box: bool [width, depth, height].

    Places that lie outside are empty; negative x and y count from the far side.
    """

    def __init__(self, voxels: NDArray[np.bool_]) -> None:
        """Take voxels of any box; at least one is filled."""
        spans = [np.flatnonzero(voxels.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
        self.voxels = voxels[tuple(slice(span[0], span[-1] + 1) for span in spans)]
        self.width, self.depth, self.height = self.voxels.shape

    @classmethod
    def of(cls, structure: BrickStructure) -> Form:
        """The form of a structure of at least one brick."""
        voxels = np.zeros(structure.world, dtype=bool)
        for b in structure:
            voxels[b.x : b.x + b.h, b.y : b.y + b.w, b.z] = True
        return cls(voxels)

    def digest(self) -> int:
        """32 bits of a hash of what is filled, wherever it stands."""
        content = bytes(self.voxels.shape) + np.packbits(self.voxels).tobytes()
        return int.from_bytes(hashlib.sha256(content).digest()[:4], "big")

    def filled(self, x: int, y: int, z: int) -> bool:
        """Whether there is something at a place."""
        if not (-self.width <= x < self.width and -self.depth <= y < self.depth):
            return False
        return 0 <= z < self.height and bool(self.voxels[x, y, z])

    def layer(self, z: int) -> NDArray[np.bool_]:
        """The studs of a layer: bool [width, depth]."""
        if 0 <= z < self.height:
            return self.voxels[:, :, z]
        return np.zeros((self.width, self.depth), dtype=bool)

    def area(self, z: int) -> int:
        """Studs filled in a layer."""
        return int(self.layer(z).sum())

    def share(self, z: int) -> float:
        """How much of the box a layer fills."""
        return float(self.layer(z).mean())

    def along(self, z: int) -> int:
        """How far a layer reaches in x, studs."""
        return _extent(self.layer(z).any(axis=1))

    def across(self, z: int) -> int:
        """How far a layer reaches in y, studs."""
        return _extent(self.layer(z).any(axis=0))

    def is_round(self, z: int) -> bool:
        """Whether a layer's corner at the front left is cut off."""
        layer = self.layer(z)
        xs, ys = np.flatnonzero(layer.any(axis=1)), np.flatnonzero(layer.any(axis=0))
        return len(xs) > 0 and not layer[xs[0], ys[0]]

    def is_wall(self, z: int) -> bool:
        """Whether a layer goes around one empty place, without a gap; corners may touch."""
        return pieces(~np.pad(self.layer(z), 1)) == 2

    def is_whole(self, z: int) -> bool:
        """Whether a layer has a filled middle, or is a wall around an empty one."""
        return self.filled(self.width // 2, self.depth // 2, z) or self.is_wall(z)

    def front(self, x: int, z: int) -> int | None:
        """The first filled y of a row, or None."""
        if not 0 <= x < self.width or not 0 <= z < self.height or not self.voxels[x, :, z].any():
            return None
        return int(self.voxels[x, :, z].argmax())

    def back_top(self) -> int:
        """Where the last row in y ends upwards."""
        return int(np.flatnonzero(self.voxels[:, -1].any(axis=0))[-1]) + 1

    def profile(self, y: int) -> list[int]:
        """Height over every x of a row."""
        heights = np.arange(1, self.height + 1)
        return [int(top) for top in (self.voxels[:, y] * heights).max(axis=1)]


def observe(category: str, form: Form, fields: Mapping[str, Value]) -> dict[str, Value]:
    """What can be seen of the fields of a description: sizes, and the choices that can be told.

    Args:
        category: whose fields to look for.
        form: what was built.
        fields: the complete description; its measures say where to look.
    """
    sizes = {"width": form.width, "depth": form.depth, "height": form.height}
    measures = {name: value for name, value in fields.items() if isinstance(value, int)}
    known = {f.name: f.words for f in CATEGORIES[category].fields if isinstance(f, Choice)}
    seen: dict[str, Value] = {
        name: value if value in known[name] else OTHER
        for name, value in _READERS[category](form, measures).items()
    }
    return seen | {name: size for name, size in sizes.items() if name in fields}


@dataclass(frozen=True)
class Difference:
    """A field that came out other than described."""

    field: str
    wanted: Value
    seen: Value

    def __str__(self) -> str:
        seen = "something else" if self.seen == OTHER else self.seen
        return f"{self.field} {seen} instead of {self.wanted}"


def differences(
    category: str, fields: Mapping[str, Value], structure: BrickStructure
) -> tuple[Difference, ...]:
    """What of a description is not as it says, as far as can be seen.

    Args:
        category: what was to be built.
        fields: the complete description.
        structure: what was built, at least one brick.
    """
    seen = observe(category, Form.of(structure), fields)
    return tuple(
        Difference(name, wanted, seen[name])
        for name, wanted in fields.items()
        if name in seen and seen[name] != wanted
    )


def _extent(filled: ArrayLike) -> int:
    places = np.flatnonzero(np.asarray(filled))
    return int(places[-1] - places[0]) + 1 if len(places) else 0


def _runs(filled: ArrayLike) -> int:
    """How many unbroken stretches of True there are."""
    row = np.concatenate(([False], np.asarray(filled, dtype=bool)))
    return int((row[1:] & ~row[:-1]).sum())


def pieces(layer: NDArray[np.bool_]) -> int:
    """Into how many pieces a layer falls, corners not counting as contact."""
    left = {(int(x), int(y)) for x, y in np.argwhere(layer)}
    count = 0
    while left:
        count += 1
        edge = [left.pop()]
        while edge:
            x, y = edge.pop()
            for cell in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if cell in left:
                    left.remove(cell)
                    edge.append(cell)
    return count


def _plan(form: Form, z: int, walls: range) -> str:
    """Round or square, by the corner of a layer; neither where a wall has a gap or is solid."""
    if not all(form.is_wall(wall) for wall in walls):
        return OTHER
    return "round" if form.is_round(z) else "square"


def _yes(seen: bool, word: str = "yes") -> str:
    return word if seen else "none"


def _count(number: int) -> str:
    return _COUNTS[number] if number < len(_COUNTS) else OTHER


def _legs(form: Form, names: Mapping[int, str], z: int) -> Seen:
    """How many legs a layer cuts, and how thick they are when there are four."""
    count = pieces(form.layer(z))
    seen = {"legs": names.get(count, OTHER)}
    if seen["legs"] == "four":
        seen["thickness"] = "thick" if form.area(z) > 10 else "thin"
    return seen


def _reach(form: Form, z: int, seat: int) -> bool:
    """Whether what a layer cuts goes up as it is to a whole seat."""
    upright = all((form.layer(above) == form.layer(z)).all() for above in range(z, seat))
    return upright and bool(form.layer(seat).all())


def _chair(form: Form, at: Mapping[str, int]) -> Seen:
    top = at["seat"] + 2
    rise = form.height - top
    z = min(1, at["seat"] - 1)
    seen = _legs(form, {4: "four", 1: "pedestal"}, z)
    if seen["legs"] == "pedestal" and form.share(z) > 0.8:
        seen["legs"] = "solid"
    if not _reach(form, z, at["seat"]):
        seen["legs"] = OTHER
    seen["back"] = "high" if rise >= 5 else "low" if rise > 0 else "none"
    seen["arms"] = _yes(form.filled(0, 0, top) and form.filled(-1, 0, top), "two")
    if rise >= 5:
        if form.voxels[:, -1, top:].all():
            seen["slats"] = "none"
        else:
            slats = form.voxels[:, -1, top:-1]
            upright = bool((slats == slats[:, :1]).all() and form.voxels[:, -1, -1].all())
            seen["slats"] = _yes(upright) if _runs(slats[:, 0]) > 1 else OTHER
    elif rise > 0 and not form.voxels[:, -1, top:].all():
        seen["back"] = OTHER
    return seen


def _table(form: Form, at: Mapping[str, int]) -> Seen:
    middle = form.voxels[form.width // 2, form.depth // 2]
    top = form.height - 1
    under = form.height - at["slab"] - 1  # the last layer below the top, where a frame may be
    seen = _legs(form, {4: "four", 2: "panels", 1: "pedestal"}, 0)
    if seen["legs"] != "pedestal" and not all(
        middle[z] or (form.layer(z) == form.layer(0)).all() for z in range(under)
    ):
        seen["legs"] = OTHER
    long = abs(form.width - form.depth) > 1
    seen["top"] = "round" if form.is_round(top) else "long" if long else "square"
    thick = form.share(under - 1) > 0.7 * form.share(top)
    if thick or form.share(top) < (0.55 if seen["top"] == "round" else 0.8):
        seen["top"] = OTHER
    if seen["legs"] == "four":
        seen["shelf"] = _yes(bool(middle[1 : form.height - 4].any()))
    return seen


def _sofa(form: Form, at: Mapping[str, int]) -> Seen:
    seat = at["seat"]
    cushion = form.layer(seat - 1)
    row = form.voxels[:, form.depth - 3, seat] if seat < form.height else np.zeros(1, dtype=bool)
    arm = int(np.argmin(row)) if not row.all() else len(row)
    if bool(row[0]) != bool(row[-1]):
        arms = OTHER
    else:
        arms = "thick" if arm >= 2 else "thin" if arm == 1 else "none"
    return {
        "arms": arms,
        "back": "high" if form.back_top() - seat >= 4 else "low",
        "feet": _yes(form.area(0) < 0.6 * form.area(1)),
        "corner": "none" if cushion.all() else "yes" if cushion[:, 0].mean() < 0.75 else OTHER,
    }


def _bed(form: Form, at: Mapping[str, int]) -> Seen:
    slabs = [form.share(z) >= 0.75 for z in range(form.height)]
    count = _runs(slabs)
    if count != 1:
        posts = form.voxels[np.ix_([0, -1], [0, -1], range(form.height - 1))].all()
        return {"levels": {2: "two"}.get(count, OTHER), "legs": "four" if posts else OTHER}
    top = max(z for z, slab in enumerate(slabs) if slab) + 1
    rise = form.back_top() - top
    pillows = form.voxels[1:-1, form.depth - 2, top] if top < form.height else ()
    return {
        "levels": "one",
        "headboard": "tall" if rise >= 3 else "low" if rise > 0 else "none",
        "footboard": _yes(bool(form.layer(top)[:, 0].any())),
        "legs": "none" if form.share(0) >= 0.5 else "four" if pieces(form.layer(0)) == 4 else OTHER,
        "pillows": _count(_runs(pillows)),
    }


def _bench(form: Form, at: Mapping[str, int]) -> Seen:
    top = at["seat"] + 2
    back = bool(form.layer(top + 1)[:, -1].mean() > 0.5)
    arms = form.filled(0, 0, top) and form.filled(-1, 0, top)
    legs = _legs(form, {4: "four", 2: "panels"}, 1)["legs"]
    if not _reach(form, 1, at["seat"]):
        legs = OTHER
    return {"back": _yes(back), "arms": _yes(arms, "two"), "legs": legs}


def _bookshelf(form: Form, at: Mapping[str, int]) -> Seen:
    front = form.voxels[2, 0] if form.width > 2 else form.voxels[0, 0]
    empty = np.flatnonzero(~front)
    if not len(empty):
        return {"shelves": OTHER}
    gap = int(empty[0])
    return {
        "shelves": _count(_runs(front) - 1),
        "back": "closed" if form.filled(2, -1, gap) else "open",
        "divider": _yes(bool(form.voxels[2:-2, 0, gap].any())),
    }


def _piano(form: Form, at: Mapping[str, int]) -> Seen:
    if pieces(form.layer(0)) != 3:
        return {"kind": "upright" if form.share(0) > 0.2 else OTHER, "lid": "none"}
    return {"kind": "grand", "lid": "open" if form.height > at["keys"] + 3 else "closed"}


def _car(form: Form, at: Mapping[str, int]) -> Seen:
    profile = form.profile(form.depth // 2)
    behind = profile[int(0.6 * form.width + 0.5) - form.width]
    if form.height <= 5:
        body = "sports"
    elif behind <= 4:
        body = "pickup"
    else:
        body = "van" if form.height >= 8 else "sedan"
    seen = {"body": body}
    if body in ("sedan", "sports"):
        deck = 3 if body == "sports" else 4
        seen["spoiler"] = _yes(profile[-1] > deck)
    if form.depth >= 6:  # in a narrow one they are part of the side
        wheels = form.voxels[:, 0]
        size = "large" if wheels[:, 2:3].any() else "small"
        seen["wheels"] = size if _runs(wheels[:, 0]) == 2 else OTHER
    return seen


def _bus(form: Form, at: Mapping[str, int]) -> Seen:
    side = form.voxels[2:-2, 0, 3:]
    rows = _runs((~side).any(axis=0) & side.any(axis=0))
    decks = "two" if form.height >= 12 else "one"
    windows = {0: "none", 2 if decks == "two" else 1: "yes"}.get(rows, OTHER)
    wheels = {2: "four", 3: "six"}.get(_runs(form.voxels[:, 0, 0]), OTHER)
    return {"decks": decks, "windows": windows, "wheels": wheels}


def _train(form: Form, at: Mapping[str, int]) -> Seen:
    wagons = _runs(form.layer(3).any(axis=1)) - 1
    seen = {"carriages": _count(max(0, wagons))}
    closed = form.filled(-3, form.depth // 2, 4)
    seen["cargo"] = ("closed" if closed else "open") if wagons > 0 else "none"
    over = [_extent(row) for row in form.layer(6)[:3]]
    if 0 in over:  # else the cab stands where a chimney would
        seen["chimney"] = _yes(any(0 < across <= 2 for across in over))
    return seen


def _vessel(form: Form, at: Mapping[str, int]) -> Seen:
    hull = at["hull"]
    bow = "pointed" if form.layer(hull - 1)[0].sum() < 0.7 * form.depth else "square"
    if form.height == hull:
        return {"kind": "open", "bow": bow, "cabin": "none"}
    if form.height >= hull + 8:
        rows = [form.layer(z).any(axis=1) for z in range(hull + 2, form.height - 1)]
        whole = all(_runs(row) == 1 and row.sum() > 2 for row in rows)
        thin = whole and form.across(hull + 2) <= 2
        return {"kind": "sail" if thin else OTHER, "bow": bow, "cabin": "none"}
    top = np.flatnonzero(form.layer(form.height - 1).any(axis=1))
    cabin = "back" if top.mean() > 0.62 * form.width else "middle"
    return {"kind": "cargo", "bow": bow, "cabin": cabin}


def _guitar(form: Form, at: Mapping[str, int]) -> Seen:
    wide = form.along(form.height - 1) > 2
    reaches = [form.along(z) for z in range(form.height - at["neck"] - wide)]
    if len(set(reaches)) == 1:
        body = "boxy"
    else:
        waist = any(
            reach < max(reaches[:z]) and reach < max(reaches[z + 1 :])
            for z, reach in enumerate(reaches[1:-1], start=1)
        )
        body = "waisted" if waist else "round"
    return {"head": "wide" if wide else "plain", "body": body}


def _tower(form: Form, at: Mapping[str, int]) -> Seen:
    top = form.height - 1
    walls = at["walls"]
    broken = form.along(top) == form.along(top - 1) and form.area(top) < 0.8 * form.area(top - 1)
    if broken or pieces(form.layer(top)) > 1:
        crown = "battlements"
    elif form.height <= walls:
        crown = "flat" if (form.layer(top) == form.layer(top - 1)).all() else OTHER
    else:
        crown = "pointed" if form.area(top) < form.area(walls - 1) else OTHER
    seen = {"top": crown}
    if min(form.along(0), form.across(0)) > 4:
        seen["shape"] = "round" if form.is_round(0) else "square"
    reaches = {(form.along(z), form.across(z)) for z in range(min(walls, form.height))}
    seen["tiers"] = _count(len(reaches))
    return seen


def _birdhouse(form: Form, at: Mapping[str, int]) -> Seen:
    middle = form.width // 2
    top = form.height - 1
    walls = [z for z in range(top) if not form.layer(z)[0].any() and form.layer(z)[1].any()]
    fronts = [(form.front(1, z), form.front(middle, z)) for z in walls]
    hole = any(y is not None and (mid is None or mid > y + 1) for y, mid in fronts)
    perch = any(y is not None and mid is not None and mid < y for y, mid in fronts)
    slab = form.along(top) == form.along(top - 1) == form.width
    roof = "pitched" if form.along(top) <= 2 else "flat" if slab else OTHER
    return {
        "roof": roof,
        "pole": _yes(form.area(2) <= 6),
        "hole": _yes(hole),
        "perch": _yes(perch),
    }


def _camera(form: Form, at: Mapping[str, int]) -> Seen:
    top = form.height - 1
    front = form.front(form.width - 1, top - 3) or 0
    bump = form.filled(form.width // 2, -1, top) and not form.filled(-1, -1, top)
    return {
        "tripod": _yes(pieces(form.layer(1)) == 4),
        "lens": "long" if front >= 5 else "short" if front >= 2 else OTHER,
        "viewfinder": _yes(bump),
    }


def _basket(form: Form, at: Mapping[str, int]) -> Seen:
    seen = {"shape": _plan(form, 1, range(min(3, at["wall"] - 1), at["wall"])), "handle": "none"}
    if form.across(form.height - 1) <= 3 < form.depth:
        bar = form.layer(form.height - 2).any(axis=1)
        seen["handle"] = "yes" if _runs(bar) == 1 and bar.sum() >= form.width - 2 else OTHER
    return seen


def _bottle(form: Form, at: Mapping[str, int]) -> Seen:
    slim = 2 + form.along(0) % 2
    reaches = [max(form.along(z), form.across(z)) for z in range(form.height)]
    cap = reaches[-1] > min(reaches[-4:])
    while cap and reaches and reaches[-1] > slim:
        reaches.pop()
    neck = len(reaches) - next((z for z, reach in enumerate(reaches) if reach <= slim), 0)
    return {
        "shape": "round" if form.is_round(0) else "square",
        "cap": _yes(cap),
        "neck": "long" if neck >= 4 else "short" if neck >= 2 else OTHER,
    }


def _bowl(form: Form, at: Mapping[str, int]) -> Seen:
    return {"shape": _plan(form, form.height - 1, range(form.height - 2, form.height))}


def _jar(form: Form, at: Mapping[str, int]) -> Seen:
    reaches = [form.along(z) for z in range(form.height)][::-1]
    knob = next((n for n, reach in enumerate(reaches) if reach > 3), len(reaches))
    return {
        "shape": _plan(form, 3, range(4, at["body"])),
        "lid": _yes(knob > 0) if knob <= 3 else OTHER,
    }


def _narrow(form: Form, step: int, most: int) -> int:
    """How many slices in x, from the low (1) or the high (-1) end, reach at most so far in y."""
    reaches = [_extent(form.voxels[x].any(axis=1)) for x in range(form.width)][::step]
    return next((x for x, reach in enumerate(reaches) if reach > most), form.width)


def _mug(form: Form, at: Mapping[str, int]) -> Seen:
    seen = {"shape": _plan(form, form.height // 2, range(2, form.height))}
    reach = _narrow(form, -1, 2)
    if reach < 2:
        seen["handle"] = "none"
    elif reach > 2:
        bars = max(_runs(form.voxels[-x].any(axis=0)) for x in range(2, reach + 1))
        grip = form.voxels[-1].any(axis=0)
        if bars != 2 or _runs(grip) != 1:
            seen["handle"] = OTHER
        else:
            seen["handle"] = "big" if grip.sum() >= 5 else "small"
    return seen


def _pot(form: Form, at: Mapping[str, int]) -> Seen:
    reaches = [form.across(z) for z in range(form.height)]
    handles = _narrow(form, 1, 4) >= 2 and _narrow(form, -1, 4) >= 2
    lid = form.filled(form.width // 2, form.depth // 2, form.height - 1)
    kind = "flower" if reaches[0] < max(reaches) else "cooking"
    rim = lid or form.is_wall(form.height - 1)
    if not rim or not all(form.is_whole(z) for z in range(form.height)):
        kind = OTHER
    return {
        "kind": kind,
        "handles": _yes(handles, "two"),
        "lid": _yes(lid),
    }


_READERS: Mapping[str, Callable[[Form, Mapping[str, int]], Seen]] = {
    "basket": _basket,
    "bed": _bed,
    "bench": _bench,
    "birdhouse": _birdhouse,
    "bookshelf": _bookshelf,
    "bottle": _bottle,
    "bowl": _bowl,
    "bus": _bus,
    "camera": _camera,
    "car": _car,
    "chair": _chair,
    "guitar": _guitar,
    "jar": _jar,
    "mug": _mug,
    "piano": _piano,
    "pot": _pot,
    "sofa": _sofa,
    "table": _table,
    "tower": _tower,
    "train": _train,
    "vessel": _vessel,
}
