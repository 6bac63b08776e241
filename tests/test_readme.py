"""The README opens with the two commands, and continuous integration runs the second as it is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_first_two_blocks_are_single_lines_for_a_shell():
    for language, text in BLOCKS[:2]:
        assert language == "bash"
        assert text.count("\n") == 1


def test_the_first_makes_its_own_environment_and_a_model():
    command = BLOCKS[0][1]
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert '.venv/bin/legolab generate "' in command


def test_the_second_makes_its_own_environment_and_runs_every_check():
    command = BLOCKS[1][1]
    assert command.startswith("python3 -m venv .venv-test && .venv-test/bin/pip install ")
    assert command.endswith(".venv-test/bin/python -m tests\n")


def test_the_picture_is_where_the_readme_says():
    from legolab.folders import folder_name

    caption, seed = re.search(r'generate "(.*)" --seed (\d+)', BLOCKS[0][1]).groups()
    assert f"`{folder_name(caption, int(seed))}/preview.png`" in README


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_continuous_integration_takes_the_second_word_for_word():
    run = subprocess.run(
        ["bash", ".ci/run", "--print"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == BLOCKS[1][1]


def test_the_python_example_runs():
    (example,) = [text for language, text in BLOCKS if language == "python"]
    compile(example, "README.md", "exec")
    assert "import legolab as ll" in example
