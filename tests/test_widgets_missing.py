"""Whoever lacks the notebook extra reads how to get it."""

import importlib.util

import pytest

import legolab.widgets
from legolab.errors import InputError

REAL = importlib.util.find_spec


@pytest.mark.parametrize("name", legolab.widgets.__all__)
def test_a_missing_extra_is_named_with_its_pip_line(name, monkeypatch):
    monkeypatch.setattr(
        legolab.widgets, "find_spec", lambda library: None if library == "pythreejs" else 1
    )
    monkeypatch.delitem(vars(legolab.widgets), name, raising=False)
    with pytest.raises(InputError, match=r"need pythreejs, .*pip install 'legolab\[notebook\]'"):
        getattr(legolab.widgets, name)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        legolab.widgets.Nothing  # noqa: B018
