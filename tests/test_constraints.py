"""The lock fits the one list of dependencies."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_every_line_is_one_exact_version():
    for pin in pins():
        (version,) = pin.specifier
        assert version.operator == "=="
        assert pin.url is None
        assert "+" not in version.version


def test_every_dependency_is_locked_within_its_bounds():
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins()}
    extras = PROJECT["optional-dependencies"].values()
    wanted = PROJECT["dependencies"] + [line for extra in extras for line in extra]
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])


def test_the_extra_all_is_all_of_them():
    extras = PROJECT["optional-dependencies"]
    (everything,) = map(Requirement, extras["all"])
    assert everything.extras == set(extras) - {"all"}
