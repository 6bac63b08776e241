"""environment.yml points to the one list of dependencies and holds nothing else."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_the_conda_environment_holds_nothing_of_its_own():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment == {
        "name": "legolab",
        "channels": ["conda-forge"],
        "dependencies": ["python=3.12", "nodejs", "pip", {"pip": ["-e .[all]"]}],
    }
