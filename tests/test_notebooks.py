"""Every notebook runs from top to bottom, and is kept without outputs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(notebook, tmp_path):
    shutil.copy(notebook, tmp_path)  # it writes files beside itself
    pytest_nbmake = [sys.executable, "-m", "pytest", "-q", "--nbmake", "--nbmake-timeout=120"]
    run = subprocess.run(
        [*pytest_nbmake, "-p", "no:cacheprovider", notebook.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert content["cells"][0]["source"][0].startswith("# ")
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in code) == 1
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
