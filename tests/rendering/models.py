"""Models that the picture tests and the benchmark draw."""

import numpy as np

from legolab import BrickStructure
from legolab.bricks.legolize import legolize

GREEN, RED, YELLOW, WHITE, GREY = 2, 4, 14, 15, 72


def house() -> BrickStructure:
    """About 110 bricks: lawn, walls with a door and windows, stepped roof, chimney."""
    voxels = np.zeros((20, 20, 20), bool)
    voxels[2:18, 3:17, 0] = True
    voxels[4:16, 5:15, 1:7] = True
    voxels[5:15, 6:14, 1:7] = False
    voxels[8:11, 5, 1:5] = voxels[6, 5, 2:4] = voxels[13, 5, 2:4] = voxels[15, 8:12, 2:4] = False
    for step in range(5):
        layer = voxels[:, :, 7 + step]
        layer[3 + step : 17 - step, 4:16] = True
        layer[5 + step : 15 - step, 6:14] = step == 4
    voxels[11:13, 11:13, 9:14] = True
    bricks = legolize(voxels)
    layers = [GREEN, GREY, WHITE, WHITE, WHITE, WHITE, YELLOW, *[RED] * 5, GREY, GREY]
    return bricks.with_colors([layers[brick.z] for brick in bricks])


def chair() -> BrickStructure:
    """A chair with four legs; its back is at high y."""
    voxels = np.zeros((20, 20, 20), bool)
    for x in (4, 12):
        for y in (4, 12):
            voxels[x : x + 2, y : y + 2, :6] = True
    voxels[4:14, 4:14, 6] = True
    voxels[4:14, 12:14, 7:16] = True
    return legolize(voxels)
