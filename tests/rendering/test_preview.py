import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from legolab import Brick, BrickStructure
from legolab.errors import FileError, InputError
from legolab.rendering.preview import LARGEST, SMALLEST, png_bytes, render
from tests.rendering.models import chair, house

RED, BLUE, GREEN = 4, 1, 2


def colored(*bricks: Brick, colors: list[int], world: tuple[int, int, int] = (20, 20, 20)):
    return BrickStructure(bricks, world, colors)


def where(picture: np.ndarray, channel: int) -> tuple[float, float]:
    """Mean column and row of the opaque pixels in which one channel is far above the others."""
    rgb = picture[..., :3].astype(int)
    others = np.delete(rgb, channel, axis=2).max(axis=2)
    rows, columns = np.nonzero((rgb[..., channel] > 1.5 * others) & (picture[..., 3] == 255))
    assert rows.size
    return columns.mean(), rows.mean()


def digest_elsewhere(**environment: str) -> str:
    """The digest of the house's pixels, drawn by another process."""
    code = (
        "import hashlib; from tests.rendering.models import house;"
        "from legolab.rendering.preview import render;"
        "print(hashlib.sha256(render(house(), 200).tobytes()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), **environment}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_a_picture_is_bytes_of_red_green_blue_and_opacity():
    picture = render(house(), 300)
    assert picture.shape == (300, 300, 4)
    assert picture.dtype == np.uint8
    assert 0.2 < (picture[..., 3] == 255).mean() < 0.7
    assert np.unique(picture[..., :3].reshape(-1, 3), axis=0).shape[0] > 500


def test_the_same_structure_gives_the_same_bytes():
    assert png_bytes(chair(), 256) == png_bytes(chair(), 256)


def test_another_process_gives_the_same_pixels():
    digest = hashlib.sha256(render(house(), 200).tobytes()).hexdigest()
    assert digest_elsewhere(PYTHONHASHSEED="7") == digest


def test_a_simpler_processor_gives_the_same_pixels():
    extensions = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    digest = hashlib.sha256(render(house(), 200).tobytes()).hexdigest()
    assert digest_elsewhere(NPY_DISABLE_CPU_FEATURES=" ".join(extensions)) == digest


def test_the_ground_is_transparent_and_the_model_is_not():
    picture = render(chair(), 256)
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert border[:, 3].max() == 0
    assert picture[128, 128, 3] == 255


def test_outlines_are_smooth():
    opacity = render(colored(Brick(2, 4, 0, 0, 0), colors=[RED]), 256)[..., 3]
    left = opacity[128 : 128 + 20]
    assert len(np.unique(opacity)) > 50
    assert ((left > 0) & (left < 255)).any(axis=1).all()


def test_the_shadow_is_soft_dark_and_beside_the_model():
    picture = render(chair(), 256)
    shadow = (picture[..., 3] > 0) & (picture[..., 3] < 120)
    assert shadow.sum() > 1000
    assert picture[shadow][:, :3].max(axis=1).mean() < 60


def test_a_background_fills_the_picture():
    bare, white = render(chair(), 128), render(chair(), 128, background=(255, 255, 255))
    assert (white[..., 3] == 255).all()
    assert (white[0, 0] == 255).all()
    solid = bare[..., 3] == 255
    assert (white[solid] == bare[solid]).all()


def test_x_goes_right_y_goes_back_and_z_goes_up():
    def places(second: Brick) -> tuple[tuple[float, float], tuple[float, float]]:
        picture = render(colored(Brick(2, 2, 5, 5, 5), second, colors=[RED, BLUE]), 256)
        return where(picture, 0), where(picture, 2)

    red, blue = places(Brick(2, 2, 9, 5, 5))
    assert red[0] < blue[0]
    red, blue = places(Brick(2, 2, 5, 9, 5))
    assert red[1] > blue[1]  # farther back is higher on the picture
    red, blue = places(Brick(2, 2, 5, 5, 8))
    assert red[1] > blue[1]
    assert red[0] == pytest.approx(blue[0], abs=2)


def test_the_front_covers_what_is_behind():
    front, back = Brick(8, 1, 0, 0, 0), Brick(1, 1, 3, 1, 0)
    picture = render(colored(front, back, colors=[RED, GREEN]), 256)
    behind = render(colored(front, back, colors=[RED, RED]), 256)
    changed = (picture != behind).any(axis=2)
    assert changed.any()  # its stud shows above the wall
    assert np.nonzero(changed)[0].max() < 0.6 * 256


def test_the_order_of_bricks_does_not_change_what_covers_what():
    bricks = [Brick(2, 4, 2, 0, 0), Brick(2, 4, 2, 4, 0), Brick(4, 2, 1, 3, 1)]
    colors = [RED, GREEN, BLUE]
    one = render(colored(*bricks, colors=colors), 128).astype(int)
    two = render(colored(*bricks[::-1], colors=colors[::-1]), 128).astype(int)
    assert (abs(one - two).max(axis=2) > 40).mean() < 0.001


def test_a_hidden_brick_changes_nothing():
    shell = [Brick(2, 4, x, 0, z) for x in (0, 2, 4) for z in range(3)]
    around = [b for b in shell if (b.x, b.z) != (2, 1)]
    around += [Brick(2, 1, 2, 0, 1), Brick(2, 1, 2, 3, 1)]
    inside = [Brick(1, 2, 2, 1, 1), Brick(1, 2, 3, 1, 1)]
    fillings = [inside, [Brick(2, 1, 2, 1, 1), Brick(2, 1, 2, 2, 1)]]
    pictures = [
        png_bytes(colored(*around, *filling, colors=[RED] * len(around) + [color] * 2), 128)
        for filling in fillings
        for color in (RED, BLUE)
    ]
    assert len(set(pictures)) == 1


def test_a_single_brick_does_not_fill_the_picture():
    opacity = render(colored(Brick(1, 1, 0, 0, 0), colors=[RED]), 256)[..., 3]
    assert (opacity == 255).any(axis=0).sum() < 64


def test_a_place_in_the_world_does_not_matter():
    near = colored(Brick(2, 4, 0, 0, 0), Brick(2, 2, 0, 1, 1), colors=[RED, BLUE])
    far = colored(
        Brick(2, 4, 90, 70, 0), Brick(2, 2, 90, 71, 1), colors=[RED, BLUE], world=(100, 100, 20)
    )
    one, two = render(near, 128).astype(int), render(far, 128).astype(int)
    assert (abs(one - two).max(axis=2) > 24).mean() < 0.002


def test_four_hundred_bricks():
    wall = [Brick(2, 2, 2 * i, 2 * j, z) for z in range(4) for i in range(10) for j in range(10)]
    picture = render(colored(*wall, colors=[GREEN] * 400), 256)
    assert (picture[..., 3] == 255).mean() > 0.2


def test_a_world_of_sixty():
    posts = [Brick(1, 1, 59 * x, 59 * y, z) for x in (0, 1) for y in (0, 1) for z in range(60)]
    picture = render(colored(*posts, colors=[RED] * 240, world=(60, 60, 60)), 256)
    columns = (picture[..., 3] == 255).sum(axis=0) > 60
    assert np.diff(columns.astype(int)).clip(0).sum() == 4  # four posts stand apart


def test_failing_bricks_are_hatched_and_the_others_are_as_before():
    structure = colored(Brick(2, 4, 0, 0, 0), Brick(2, 4, 4, 0, 0), colors=[RED, RED])
    plain, marked = render(structure, 256), render(structure, 256, failing=[1])
    rows, columns = np.nonzero((plain != marked).any(axis=2))
    assert columns.min() > 100
    light = marked[rows, columns, 1] > 120
    assert light.mean() > 0.2  # stripes that show on a red brick


@pytest.mark.parametrize("size", [0, -1, SMALLEST - 1, LARGEST + 1])
def test_a_size_out_of_range_is_refused(size: int):
    with pytest.raises(InputError, match=f"expected a size of {SMALLEST} to {LARGEST} pixels"):
        render(house(), size)


def test_nothing_to_draw_is_refused():
    with pytest.raises(InputError, match="at least one brick"):
        render(BrickStructure([]))


@pytest.mark.parametrize("index", [-1, 1])
def test_a_failing_brick_that_is_not_there_is_refused(index: int):
    with pytest.raises(InputError, match="expected failing bricks 0 to 0"):
        render(colored(Brick(1, 1, 0, 0, 0), colors=[RED]), failing=[index])


def test_a_model_too_large_to_draw_is_refused():
    far = [Brick(1, 1, 0, 0, 0), Brick(1, 1, 8000, 0, 0)]
    with pytest.raises(InputError, match="studs can be seen at 512 pixels"):
        render(colored(*far, colors=[RED, RED], world=(9000, 1, 1)))
    far = [Brick(1, 1, 0, 0, 0), Brick(1, 1, 8000, 8000, 8000)]
    with pytest.raises(InputError, match="8001x8001x8001"):
        render(colored(*far, colors=[RED, RED], world=(9000, 9000, 9000)))


def test_the_file_is_the_picture(tmp_path: Path):
    structure = colored(Brick(2, 4, 0, 0, 0), colors=[RED])
    content = png_bytes(structure, 64)
    assert (np.asarray(Image.open(io.BytesIO(content))) == render(structure, 64)).all()
    structure.save(tmp_path / "brick.png")
    assert Image.open(tmp_path / "brick.png").size == (1024, 1024)
    with pytest.raises(FileError, match="cannot write"):
        structure.save(tmp_path / "nowhere" / "brick.png")
