"""One engine for all tests of widgets; without the notebook extra only the way to it is tested."""

from importlib.util import find_spec

import pytest

if any(find_spec(name) is None for name in ("ipywidgets", "pythreejs", "voila")):
    collect_ignore_glob = ["test_*.py"]
    collect_ignore = []


@pytest.fixture(scope="package")
def engine():
    """A warm engine."""
    from legolab.generation.engine import Engine

    with Engine(eager=True) as engine:
        engine.ready()
        yield engine
