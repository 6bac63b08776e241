"""The web app's built files: where they lie, whether they are fresh, how they are built.

Built from `dashboards/pwa` into `www/` beside this file, which is not in git, but in sdist and
wheel. Only the standard library and nothing of legolab is used here, because the build of the
package loads this file before legolab can be imported. Knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

WWW = Path(__file__).parent / "www"
"""The built files."""
SOURCES = Path(__file__).parents[2] / "dashboards" / "pwa"
"""What they are built from; there in a checkout and in an sdist, not in an installed package."""
STAMP = "stamp.txt"
"""In the built files: the hash of the sources they were built from."""

_UNSEEN = frozenset({"node_modules", "dist", "tests", "coverage"})
"""Folders that do not change what is built."""
_SHOWN_LINES = 15
_log = logging.getLogger("legolab.serve")


class BundleError(Exception):
    """The web app cannot be built, and why."""


def find(www: Path = WWW) -> Path | None:
    """The folder of built files, or None when there are none."""
    return www if (www / "index.html").is_file() else None


def stamp_of(sources: Path) -> str:
    """A hash of everything that is built from."""
    digest = hashlib.sha256()
    for path in sorted(_files(sources)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(sources).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in _UNSEEN:
                yield from _files(path)
        else:
            yield path


def is_fresh(sources: Path, www: Path) -> bool:
    """Whether the built files are there and made of these sources."""
    stamp = www / STAMP
    return (
        find(www) is not None
        and stamp.is_file()
        and stamp.read_text(encoding="ascii").strip() == stamp_of(sources)
    )


def build(sources: Path, www: Path) -> None:
    """Build the web app; what was there before stays until the new one is whole.

    Raises:
        BundleError: npm is missing, or says no.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise BundleError("npm is missing (it comes with Node.js 20.19 or newer)")
    stamp = stamp_of(sources)
    www.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".www-", dir=www.parent) as scratch:
        made = Path(scratch) / "www"
        _run([npm, "ci", "--no-audit", "--no-fund"], sources)
        _run([npm, "run", "build", "--", "--outDir", str(made), "--emptyOutDir"], sources)
        (made / STAMP).write_text(stamp + "\n", encoding="ascii")
        shutil.rmtree(www, ignore_errors=True)
        made.rename(www)


def _run(command: list[str], folder: Path) -> None:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        lines = (ran.stdout + ran.stderr).strip().splitlines()
        said = "\n".join(lines[-_SHOWN_LINES:])
        raise BundleError(f"`npm {command[1]}` ended with {ran.returncode}:\n{said}")


def ensure_bundle(
    tell: Callable[[str], object] = _log.warning, *, sources: Path = SOURCES, www: Path = WWW
) -> Path | None:
    """The built files, built now if they are not there or old and npm is there.

    Args:
        tell: is told, for a person, what is done or missing.
        sources: where the app's sources would be.
        www: where its built files are, or go.

    Returns:
        Their folder, or None: then there is no web app, and the API works alone.
    """
    if not (sources / "package.json").is_file():
        if find(www) is None:
            tell("This legolab was packed without its web app; the API works without it.")
        return find(www)
    if is_fresh(sources, www):
        return www
    if shutil.which("npm") is not None:
        tell("Building the web app once; this takes about a minute.")
    try:
        build(sources, www)
    except BundleError as error:
        there = find(www)
        left = "An older one is served." if there else "The API works without it."
        tell(f"The web app could not be built: {error}\n{left}")
        return there
    return www
