"""Random structures for the LDraw tests."""

from hypothesis import strategies as st

from legolab import Brick, BrickStructure
from legolab.bricks.catalog import SIZES
from legolab.bricks.colors import PALETTE
from legolab.bricks.placement import cells, reject

WORLD = (20, 20, 20)

COLORS = st.one_of(
    st.sampled_from(sorted(PALETTE)),
    st.integers(0, 999),
    st.integers(0x2000000, 0x2FFFFFF),
)


@st.composite
def structures(draw: st.DrawFn, colors: st.SearchStrategy[int] = COLORS) -> BrickStructure:
    """One to thirty bricks that do not collide, in any order, each with a colour."""
    bricks: list[Brick] = []
    taken = set()
    places = st.tuples(st.sampled_from(SIZES), *[st.integers(0, 19)] * 3)
    for (h, w), x, y, z in draw(st.lists(places, min_size=1, max_size=30)):
        brick = Brick(h, w, min(x, 20 - h), min(y, 20 - w), z)
        if reject(brick, WORLD, taken) is None:
            taken.update(cells(brick))
            bricks.append(brick)
    codes = draw(st.lists(colors, min_size=len(bricks), max_size=len(bricks)))
    return BrickStructure(bricks, WORLD, codes)
