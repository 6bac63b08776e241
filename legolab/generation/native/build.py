"""Compile it: `python -m legolab.generation.native.build`; done by every installation."""

from __future__ import annotations

import sys

from legolab.generation.native import FOLDER, LIBRARY
from legolab.stability.native.build import compile_library

if __name__ == "__main__":
    sys.exit(compile_library(FOLDER, LIBRARY))
