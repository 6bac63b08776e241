"""What some tests need beyond Python; where it is missing they are left out, never in CI."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from legolab.generation import native
from legolab.stability.native import LIBRARY

CHROMIUM = Path("/usr/bin/chromium")
PWA = Path(__file__).resolve().parent.parent / "dashboards" / "pwa"


def lacks_browser(*modules: str) -> bool:
    """Whether tests in a browser are left out: no Chromium, or one of the modules is missing."""
    missing = not CHROMIUM.exists() or any(find_spec(name) is None for name in modules)
    return missing and "CI" not in os.environ


def npm() -> str:
    """The npm to run in PWA, whose packages are there; skips the test where there is none."""
    found = shutil.which("npm")
    if found is None:
        if "CI" in os.environ:
            pytest.fail("npm is missing")
        pytest.skip("npm is missing")
    if not (PWA / "node_modules" / "three").is_dir():
        subprocess.run([found, "ci", "--no-audit", "--no-fund"], cwd=PWA, check=True)
    return found


def needs_engine() -> None:
    """Skips the test where the stability engine is not compiled."""
    if not LIBRARY.exists():
        if "CI" in os.environ:
            pytest.fail("the stability engine is not compiled")
        pytest.skip("the stability engine is not compiled")


def needs_forward() -> None:
    """Skips the test where the embedded model's pass is not compiled."""
    if not native.LIBRARY.exists():
        if "CI" in os.environ:
            pytest.fail("the embedded model's pass is not compiled")
        pytest.skip("the embedded model's pass is not compiled")
