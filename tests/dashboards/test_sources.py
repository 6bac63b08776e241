"""The web app's sources are well typed, and their own tests pass."""

import subprocess

import pytest

from tests.needs import PWA, npm


@pytest.mark.parametrize("command", [["run", "check"], ["test"]], ids=["types", "tests"])
def test_npm_has_nothing_against_it(command):
    ran = subprocess.run([npm(), *command], cwd=PWA, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]
