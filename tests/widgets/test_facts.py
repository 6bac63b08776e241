import pytest

from legolab import BrickStructure, analyze
from legolab.widgets.facts import brick_facts, building_steps

BRIDGE = BrickStructure.from_text("2x2 (0,0,0)\n2x2 (4,0,0)\n6x2 (0,0,1)\n1x1 (2,0,2)\n")
FLOATS = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (10,10,5)\n")


def test_what_holds_a_brick_is_said_in_words():
    report = analyze(BRIDGE)
    facts = brick_facts(BRIDGE, 2, report)
    assert (facts.number, facts.size, facts.part, facts.place) == (3, "2x6", "2456", (0, 0, 1))
    assert facts.held == (
        "Held from below by brick 1 (4 studs) and brick 2 (4 studs). "
        "Held from above by brick 4 (1 stud)."
    )
    assert facts.score == report.scores[2]


def test_the_ground_holds_too():
    assert brick_facts(BRIDGE, 0).held.startswith("Held from below by the ground (4 studs).")


def test_a_brick_without_a_way_to_the_ground_says_so():
    facts = brick_facts(FLOATS, 1, analyze(FLOATS))
    assert facts.score == 1
    assert facts.held == "Nothing holds it. No studs lead from it to the ground."


def test_where_no_solver_looked_nothing_is_claimed():
    facts = brick_facts(FLOATS, 1, analyze(FLOATS, backend="unverified"))
    assert facts.score is None and facts.reaches_ground is None


@pytest.mark.parametrize(
    ("layers", "steps"),
    [
        ([0], [1]),
        ([0, 0, 1], [2, 3]),
        ([0] * 7, [6, 7]),
        ([0, 1, 0], [1, 2, 3]),
        ([], []),
    ],
)
def test_a_step_is_a_few_bricks_of_one_layer(layers, steps):
    text = "".join(f"1x1 ({n},0,{z})\n" for n, z in enumerate(layers))
    structure = BrickStructure.from_text(text) if layers else BrickStructure([])
    assert building_steps(structure) == steps
