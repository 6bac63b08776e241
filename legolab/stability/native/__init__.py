"""The compiled part: the published program in small motions, in C. `build` compiles it.

`program.h` has the mathematics, `interior.c` the method, `settle.c` its exact end, `cholesky.c` its
linear algebra, `support.c` what one answer tells the next and `friction.c` what is worked out last;
`backends/fast.py` calls it.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = FOLDER / f"legolab_native{SUFFIX}"
"""Where the library is once it is compiled."""
