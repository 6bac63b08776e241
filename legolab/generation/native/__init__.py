"""The compiled part: a pass of the embedded model over its next tokens, in C.

`build` compiles it; `models/forward.py` calls it. Without it numpy does the same, more slowly.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = FOLDER / f"legolab_forward{SUFFIX}"
"""Where the library is once it is compiled."""
