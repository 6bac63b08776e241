"""Voxels are covered exactly, in building order, and the bricks hang together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.bricks.connectivity import is_connected
from legolab.bricks.legolize import building_order, cover, cover_above, legolize


def filled(structure) -> np.ndarray:  # type: ignore[no-untyped-def]
    voxels = np.zeros(structure.world, dtype=int)
    for brick in structure:
        voxels[brick.x : brick.x + brick.h, brick.y : brick.y + brick.w, brick.z] += 1
    return voxels


@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 1.0))
def test_every_voxel_is_covered_once_and_nothing_else(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    voxels = rng.random((rng.integers(1, 9), rng.integers(1, 9), rng.integers(1, 5))) < share
    structure = legolize(voxels)
    assert (filled(structure) == voxels).all()
    assert list(structure) == sorted(structure, key=building_order)


@pytest.mark.parametrize("size", [(1, 1, 6), (7, 9, 2), (13, 5, 3), (20, 20, 2), (3, 3, 3)])
def test_a_block_hangs_together(size: tuple[int, int, int]) -> None:
    assert is_connected(legolize(np.ones(size, dtype=bool)))


def test_an_overhanging_slab_on_four_legs_hangs_together() -> None:
    voxels = np.zeros((9, 9, 5), dtype=bool)
    voxels[:, :, 3:] = True
    for x in (1, 7):
        for y in (1, 7):
            voxels[x, y, :3] = True
    assert is_connected(legolize(voxels))


def test_a_slab_needs_few_bricks() -> None:
    assert len(legolize(np.ones((12, 6, 1), dtype=bool))) == 6


def test_the_same_voxels_give_the_same_bricks_in_a_larger_world_too() -> None:
    voxels = np.random.default_rng(1).random((6, 6, 3)) < 0.8
    assert list(legolize(voxels)) == list(legolize(voxels, world=(30, 30, 30)))
    assert legolize(voxels, world=(30, 30, 30)).world == (30, 30, 30)


def test_nothing_gives_nothing() -> None:
    assert len(legolize(np.zeros((3, 3, 3), dtype=bool))) == 0


@given(seed=st.integers(0, 10**6))
def test_a_layer_alone_is_covered_as_within_the_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    voxels = np.zeros((12, 12, 4), dtype=bool)
    voxels[2:10, 1:9] = rng.random((8, 8, 4)) < 0.8
    whole = list(cover(voxels))
    for z in range(4):
        below = [brick for brick in whole if brick.z < z]
        layer = [brick for brick in whole if brick.z == z]
        assert cover_above(below, voxels[:, :, z]) == layer
