"""`import legolab` is light, and every name of the front door is behind it."""

import subprocess
import sys

import pytest

import legolab

HEAVY = ("torch", "transformers", "highspy", "ortools", "ipywidgets", "IPython", "PIL", "numpy")


def in_a_new_python(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_importing_loads_no_solver_no_torch_and_no_widgets():
    code = f"import sys, legolab; print([name for name in {HEAVY} if name in sys.modules])"
    assert in_a_new_python(code) == "[]"


def test_a_structure_needs_numpy_at_most():
    heavy = [name for name in HEAVY if name != "numpy"]
    code = (
        "import sys, legolab as ll; ll.BrickStructure.from_text('2x4 (0,0,0)');"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert in_a_new_python(code) == "[]"


def test_an_analysis_loads_no_torch_and_one_solver():
    code = (
        "import sys, legolab as ll; ll.analyze(ll.BrickStructure.from_text('2x4 (0,0,0)'));"
        "print([name for name in ('torch', 'transformers', 'ortools') if name in sys.modules])"
    )
    assert in_a_new_python(code) == "[]"


@pytest.mark.parametrize("name", legolab.__all__)
def test_every_name_resolves(name):
    assert getattr(legolab, name) is not None
    assert name in dir(legolab)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        legolab.nonsense  # noqa: B018
