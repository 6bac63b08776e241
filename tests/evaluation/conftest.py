"""Skipped as a whole where the extra `evaluate` is not installed."""

from importlib.util import find_spec

NEEDED = ("pandas", "papermill", "pyarrow")

if any(find_spec(name) is None for name in NEEDED):
    collect_ignore_glob = ["test_*.py"]
