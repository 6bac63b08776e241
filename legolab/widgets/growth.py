"""A model on its way, put together from the events of its generation. Knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field

from legolab.bricks.brick import Brick
from legolab.bricks.structure import BrickStructure
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Started,
    Trimmed,
)


@dataclass
class Growth:
    """What has been built so far.

    >>> growth = Growth()
    >>> growth.take(BrickPlaced(0, Brick(2, 4, 0, 0, 0)))
    >>> growth.take(BrickPlaced(1, Brick(2, 4, 0, 0, 1)))
    >>> growth.layers
    2
    """

    bricks: list[Brick] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    aside: str = ""  # why bricks were taken back, until the next one is placed
    result: Generation | None = None

    @property
    def structure(self) -> BrickStructure:
        """The bricks that are there now."""
        return BrickStructure(self.bricks)

    @property
    def layers(self) -> int:
        """How high it is."""
        return max((brick.z + 1 for brick in self.bricks), default=0)

    def take(self, event: Event) -> None:
        """Take in what happened next."""
        match event:
            case Started(notes=notes):
                self.notes = notes
            case BrickPlaced(index, brick):
                self.bricks[index:] = [brick]
                self.aside = ""
            case RolledBack(kept, reason):
                del self.bricks[kept:]
                self.aside = reason
            case Trimmed(kept):
                del self.bricks[kept:]
                self.aside = "what would not stand was taken out"
            case Finished(result):
                self.result = result
