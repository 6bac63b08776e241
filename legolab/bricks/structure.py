"""Bricks in building order, a colour for each, in a world of any size. Knows nothing of physics.

A structure is a value: it never changes, and every brick in it is of a known kind, inside the
world and clear of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

from legolab import formats
from legolab.bricks.brick import Brick, parse_brick
from legolab.bricks.colors import DEFAULT_COLOR
from legolab.bricks.placement import Cell, World, cells, explain, reject
from legolab.errors import BrickTextError, PlacementError

DEFAULT_WORLD: World = (20, 20, 20)
"""Studs along x, studs along y, layers: the world of the published models."""


class BrickStructure(Sequence[Brick]):
    """A sequence of bricks in building order.

    >>> BrickStructure.from_text("2x4 (0,0,0)\\n2x2 (1,1,1)\\n")
    <BrickStructure: 2 bricks, 2 layers>
    """

    __slots__ = ("_bricks", "_colors", "_world")

    def __init__(
        self,
        bricks: Iterable[Brick],
        world: World = DEFAULT_WORLD,
        colors: Sequence[int] | None = None,
    ) -> None:
        """Check and keep the bricks.

        Args:
            bricks: in building order.
            world: studs along x, studs along y, layers; each at least 1.
            colors: one LDraw colour code per brick; all DEFAULT_COLOR when not given.

        Raises:
            PlacementError: a brick is of an unknown kind, outside the world or collides; or the
                world or the number of colours makes no sense.
        """
        if len(world) != 3 or min(world) < 1:
            raise PlacementError(f"expected a world of three sizes of at least 1, got {world}")
        self._world: World = (int(world[0]), int(world[1]), int(world[2]))
        self._bricks = tuple(bricks)
        taken: set[Cell] = set()
        for number, brick in enumerate(self._bricks, start=1):
            rejection = reject(brick, self._world, taken)
            if rejection is not None:
                reason = explain(brick, rejection, self._world)
                raise PlacementError(f"brick {number}: {reason}")
            taken.update(cells(brick))
        self._colors = self._checked_colors(colors)

    def _checked_colors(self, colors: Sequence[int] | None) -> tuple[int, ...]:
        if colors is None:
            return (DEFAULT_COLOR,) * len(self._bricks)
        if len(colors) != len(self._bricks):
            raise PlacementError(
                f"expected one colour for each of {len(self._bricks)} bricks, got {len(colors)}"
            )
        return tuple(map(int, colors))

    @classmethod
    def _unchecked(
        cls, bricks: tuple[Brick, ...], world: World, colors: tuple[int, ...]
    ) -> BrickStructure:
        structure = cls.__new__(cls)
        structure._bricks, structure._world, structure._colors = bricks, world, colors
        return structure

    @classmethod
    def from_text(cls, text: str, world: World = DEFAULT_WORLD) -> BrickStructure:
        """Read brick text, one `HxW (x,y,z)` a line; empty lines and `#` comments are skipped.

        Raises:
            BrickTextError: a line cannot be read, or there is no brick at all.
            PlacementError: a brick cannot be where its line puts it. Both name the line.
        """
        bricks: list[Brick] = []
        taken: set[Cell] = set()
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                brick = parse_brick(line)
            except BrickTextError as error:
                raise BrickTextError(f"line {number}: {error}") from None
            rejection = reject(brick, world, taken)
            if rejection is not None:
                reason = explain(brick, rejection, world)
                raise PlacementError(f"line {number}: {reason}")
            taken.update(cells(brick))
            bricks.append(brick)
        if not bricks:
            raise BrickTextError("expected at least one line 'HxW (x,y,z)', got no bricks")
        return cls._unchecked(tuple(bricks), world, (DEFAULT_COLOR,) * len(bricks))

    def to_text(self) -> str:
        """Brick text, one line per brick in building order, as the published models write it."""
        return "".join(f"{brick}\n" for brick in self._bricks)

    @classmethod
    def load(cls, path: str | Path, world: World = DEFAULT_WORLD) -> BrickStructure:
        """Read a file by its suffix (`.txt`, `.ldr`, `.mpd`); see `legolab.formats`."""
        structure = formats.load(Path(path), world)
        assert isinstance(structure, cls)
        return structure

    def save(self, path: str | Path) -> None:
        """Write a file by its suffix (`.txt`, `.ldr`, `.mpd`, `.png`); see `legolab.formats`."""
        formats.save(self, Path(path))

    @property
    def world(self) -> World:
        """Studs along x, studs along y, layers."""
        return self._world

    @property
    def colors(self) -> tuple[int, ...]:
        """One LDraw colour code per brick."""
        return self._colors

    def with_colors(self, colors: Sequence[int]) -> BrickStructure:
        """The same bricks in other colours (LDraw codes, one per brick)."""
        return self._unchecked(self._bricks, self._world, self._checked_colors(colors))

    @overload
    def __getitem__(self, index: int) -> Brick: ...
    @overload
    def __getitem__(self, index: slice) -> BrickStructure: ...
    def __getitem__(self, index: int | slice) -> Brick | BrickStructure:
        if isinstance(index, slice):
            return self._unchecked(self._bricks[index], self._world, self._colors[index])
        return self._bricks[index]

    def __len__(self) -> int:
        return len(self._bricks)

    def __iter__(self) -> Iterator[Brick]:
        return iter(self._bricks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BrickStructure):
            return NotImplemented
        mine = (self._bricks, self._world, self._colors)
        return mine == (other._bricks, other._world, other._colors)

    def __hash__(self) -> int:
        return hash((self._bricks, self._world, self._colors))

    def __repr__(self) -> str:
        layers = max((brick.z for brick in self._bricks), default=-1) + 1
        bricks = "brick" if len(self) == 1 else "bricks"
        return f"<BrickStructure: {len(self)} {bricks}, {layers} layer{'s' * (layers != 1)}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        """Show as a picture in a notebook and as text elsewhere."""
        return formats.display(self)


def load_text(path: Path, world: World) -> BrickStructure:
    """Read a `.txt` file of brick text."""
    return BrickStructure.from_text(formats.read_text(path), world)


def save_text(structure: BrickStructure, path: Path) -> None:
    """Write a `.txt` file of brick text."""
    path.write_text(structure.to_text(), encoding="utf-8", newline="\n")
