"""The web app's sources: of one mind with the service, well typed, their own tests pass."""

import importlib.util
import json
import subprocess

import pytest

from tests.needs import PWA, npm


def script(name):
    path = PWA / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_are_the_services():
    pytest.importorskip("fastapi")
    assert json.loads((PWA / "openapi.json").read_text()) == json.loads(script("openapi").text())


@pytest.mark.parametrize(
    "command", [["run", "types", "--", "--check"], ["run", "check"], ["test"]], ids=lambda c: c[1:2]
)
@pytest.mark.timeout(300)
def test_npm_has_nothing_against_it(command):
    ran = subprocess.run([npm(), *command], cwd=PWA, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]
