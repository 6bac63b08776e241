"""Every check in order, stopping at the first that fails: `python -m tests [pytest arguments]`."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def lint_imports() -> str:
    """import-linter has no `python -m`, and its script need not be on the PATH."""
    script = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    if script is None:
        sys.exit("lint-imports is not installed beside this Python: pip install -e '.[test]'")
    return script


def main(pytest_arguments: list[str]) -> int:
    checks = [
        [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."],
        [sys.executable, "-m", "ruff", "check", "--quiet", "."],
        [sys.executable, "-m", "mypy"],
        [lint_imports(), "--no-cache"],
        [sys.executable, "-m", "pytest", "-q", *pytest_arguments],
    ]
    # One BLAS thread: more are slower on a model this small, and change the last digits.
    environment = os.environ | dict.fromkeys(THREADS, "1")
    for check in checks:
        print("$", Path(check[0]).stem, *check[1:], flush=True)
        status = subprocess.run(check, cwd=ROOT, env=environment, check=False).returncode
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
