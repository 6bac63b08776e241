"""The web app's sources are well typed, their own tests pass, their colours are the package's."""

import re
import subprocess

import pytest

from legolab.bricks.colors import COLOR_WORDS, DEFAULT_COLOR, PALETTE
from tests.needs import PWA, npm


@pytest.mark.parametrize("command", [["run", "check"], ["test"]], ids=["types", "tests"])
def test_npm_has_nothing_against_it(command):
    ran = subprocess.run([npm(), *command], cwd=PWA, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]


def test_its_colours_and_the_words_for_them_are_those_of_the_package():
    text = (PWA / "src" / "bricks" / "colors.ts").read_text(encoding="utf-8")
    palette = re.findall(r'(\d+): \["([a-z ]+)", 0x([0-9a-f]{6})\]', text)
    assert {int(code): (name, int(value, 16)) for code, name, value in palette} == {
        color.code: (color.name.lower().replace("_", " "), color.value)
        for color in PALETTE.values()
    }
    aliases = re.findall(r'^  "?([a-z ]+)"?: (\d+),$', text, re.MULTILINE)
    names = {name: int(code) for code, name, _ in palette}
    assert names | {word: int(code) for word, code in aliases} == COLOR_WORDS
    assert f"DEFAULT_COLOR = {DEFAULT_COLOR};" in text
