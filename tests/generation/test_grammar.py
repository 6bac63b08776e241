"""Legal moves: free cells, building order, and parts that can still reach the ground."""

import numpy as np

from legolab.bricks import Brick, BrickStructure
from legolab.bricks.catalog import SIZES
from legolab.bricks.connectivity import grounded
from legolab.errors import PlacementError
from legolab.generation.grammar import Grammar, Placement


def test_the_first_brick_stands_on_the_ground() -> None:
    mask = Grammar().allowed()
    assert mask[..., 0].any() and not mask[..., 1:].any()


def test_every_legal_corner_keeps_the_brick_inside_the_world() -> None:
    mask = Grammar().allowed()
    for size, (h, w) in enumerate(SIZES):
        assert mask[size, 20 - h, 20 - w, 0]
        assert not mask[size, 20 - h + 1 :].any() and not mask[size, :, 20 - w + 1 :].any()


def test_a_mask_is_what_placing_one_by_one_would_accept() -> None:
    bricks = [Brick(2, 4, 3, 3, 0), Brick(1, 6, 8, 8, 0), Brick(4, 2, 4, 4, 1)]
    mask = Grammar(bricks).allowed()
    rng = np.random.default_rng(0)
    for size, x, y, z in rng.integers((0, 0, 0, 0), (14, 20, 20, 3), size=(2000, 4)):
        brick = Placement(int(size), int(x), int(y), int(z)).brick
        try:
            BrickStructure([*bricks, brick])
            fits = True
        except PlacementError:
            fits = False
        assert mask[size, x, y, z] == (fits and 1 <= z <= 2)


def test_every_legal_brick_stays_inside_the_room_of_the_description() -> None:
    """The room lies where the model was trained: at low x and high y."""
    grammar = Grammar([Brick(1, 1, 0, 19, 0)], room=(3, 5, 2))
    legal = np.argwhere(grammar.allowed())
    assert len(legal) > 20
    for size, x, y, z in legal:
        h, w = SIZES[size]
        assert x + h <= 3 and y >= 15 and y + w <= 20 and z < 2
    assert not grammar.reaches_top
    grammar.add(Brick(2, 4, 0, 15, 1))
    assert grammar.reaches_top
    assert not Grammar(room=(3, 1, 4)).allowed()[SIZES.index((2, 2))].any(), "no room for it"


def test_the_lowest_layer_stays_on_its_ground_and_the_next_one_need_not() -> None:
    grammar = Grammar(ground=(3, 7, 12, 18))
    legal = np.argwhere(grammar.allowed())
    assert len(legal) > 20
    for size, x, y, z in legal:
        h, w = SIZES[size]
        assert x >= 3 and x + h <= 7 and y >= 12 and y + w <= 18 and z == 0
    assert grammar.allowed()[SIZES.index((4, 2)), 3, 16, 0]
    grammar.add(Brick(4, 2, 3, 16, 0))
    assert grammar.allowed()[SIZES.index((8, 1)), 0, 19, 1]


def test_bricks_may_hang_below_the_top_layer_only() -> None:
    tower = [Brick(1, 1, 0, 0, z) for z in range(19)]
    grammar = Grammar(tower)
    mask = grammar.allowed()
    assert mask[0, 5, 5, 18], "a brick may hang for now"
    assert not mask[0, 5, 5, 19], "nothing can tie a brick of the last layer"
    assert mask[0, 0, 0, 19]


def test_tied_masks_leave_nothing_hanging() -> None:
    mask = Grammar([Brick(2, 2, 5, 5, 0)]).allowed(tied=True)
    assert mask[0, 5, 5, 1] and mask[0, 0, 0, 0] and not mask[0, 0, 0, 1]


def test_banned_placements_are_out() -> None:
    placement = Placement.of(Brick(2, 4, 1, 1, 0))
    assert not Grammar().allowed([placement])[placement.size, 1, 1, 0]


def test_a_part_is_stranded_once_its_last_chance_has_passed() -> None:
    hanging = Brick(1, 1, 9, 9, 1)
    grammar = Grammar([Brick(2, 2, 0, 0, 0), hanging])
    assert grammar.floating() == [1]
    assert grammar.stranded(next_layer=1) is None
    assert grammar.stranded(next_layer=2) is None, "a brick above may still tie it"
    assert grammar.stranded(next_layer=3) == 1
    assert grammar.stranded(next_layer=None) == 1


def test_floating_agrees_with_connectivity() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        grammar = Grammar()
        for _ in range(25):
            choices = np.argwhere(grammar.allowed())
            size, x, y, z = map(int, choices[rng.integers(len(choices))])
            grammar.add(Placement(size, x, y, z).brick)
        reached = grounded(grammar.bricks)
        assert grammar.floating() == [n for n, ok in enumerate(reached) if not ok]
