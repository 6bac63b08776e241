"""The built wheel works away from the source tree: command, notebooks, weights, types."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.needs import needs_engine

ROOT = Path(__file__).resolve().parent.parent


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def away(tmp_path_factory):
    """A folder far from the sources and an environment with the wheel in it.

    The libraries are those of this Python, through a path file: these are not followed twice, so
    an editable legolab among them stays out of sight.
    """
    folder = tmp_path_factory.mktemp("away")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (wheel,) = folder.glob("legolab-*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    Path(site.strip(), "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--disable-pip-version-check", wheel, cwd=folder)
    return folder


def test_the_package_is_the_installed_one(away):
    where = run(away / "venv/bin/python", "-c", "import legolab; print(legolab.__file__)", cwd=away)
    assert Path(where.strip()).is_relative_to(away)


def test_the_command_is_there(away):
    assert "generate" in run(away / "venv/bin/legolab", "--help", cwd=away)


def test_types_and_weights_are_in_it(away):
    code = "from importlib.resources import files; print(files('legolab'))"
    package = Path(run(away / "venv/bin/python", "-c", code, cwd=away).strip())
    assert (package / "py.typed").exists()
    weights = package / "generation" / "weights"
    assert (weights / "words.safetensors").exists()
    for name in ("model.safetensors", "config.json", "tokenizer.json", "descriptions.json"):
        assert (weights / "embedded" / name).exists()


def test_the_engine_is_in_it(away):
    needs_engine()
    (away / "one.txt").write_text("1x1 (0,0,0)\n", encoding="utf-8")
    report = run(away / "venv/bin/legolab", "check", "one.txt", "--json", cwd=away)
    assert json.loads(report)["backend"] == "fast"


def test_lab_finds_the_notebooks(away):
    listed = run(away / "venv/bin/legolab", "lab", "--no-start", cwd=away).split()
    names = sorted(notebook.name for notebook in (ROOT / "notebooks").glob("*.ipynb"))
    assert [Path(line).name for line in listed] == names
    assert (away / "legolab-notebooks" / "01_first_model.ipynb").exists()


def test_a_model_can_be_checked(away):
    (away / "model.txt").write_text("2x4 (0,0,0)\n2x2 (1,1,1)\n", encoding="utf-8")
    assert "Stands" in run(away / "venv/bin/legolab", "check", "model.txt", cwd=away)
