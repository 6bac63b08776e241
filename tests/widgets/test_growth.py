from legolab import stream
from legolab.bricks.brick import Brick
from legolab.generation.result import BrickPlaced, RolledBack, Started, Trimmed
from legolab.widgets.growth import Growth

ONE, TWO, THREE = (Brick(2, 2, 0, 0, z) for z in range(3))


def test_bricks_come_and_go():
    growth = Growth()
    growth.take(Started("a tower", "tower", 1, ("I took tour to mean tower.",)))
    for index, brick in enumerate((ONE, TWO, THREE)):
        growth.take(BrickPlaced(index, brick))
    assert (len(growth.bricks), growth.layers) == (3, 3)
    growth.take(RolledBack(1, "brick 2 would fall"))
    assert (growth.bricks, growth.aside) == ([ONE], "brick 2 would fall")
    growth.take(BrickPlaced(1, TWO))
    assert (growth.bricks, growth.aside) == ([ONE, TWO], "")
    growth.take(Trimmed(0))
    assert growth.bricks == [] and growth.layers == 0
    assert growth.notes == ("I took tour to mean tower.",)


def test_what_a_real_generation_tells_is_what_comes_out():
    growth = Growth()
    for event in stream("a small sofa with arms", seed=7):
        growth.take(event)
    assert growth.result is not None
    assert growth.structure == growth.result.structure
