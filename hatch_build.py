"""Build hook: the compiled parts and the web app go into what is built.

Without a C compiler the package verifies with HiGHS and reads its model with numpy, which both take
longer; without npm, or with
LEGOLAB_SKIP_PWA=1, it has no web app and serves its API alone. An editable install builds no web
app.
"""

from __future__ import annotations

import importlib.util
import os
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have built what is packed; say why where something cannot be."""
        root = Path(self.root)
        if self.target_name == "wheel":
            self._compile(root, build_data)
        if version == "editable" or os.environ.get("LEGOLAB_SKIP_PWA") == "1":
            return
        _load(root, "serve/bundle.py").ensure_bundle(
            self.app.display_warning,
            sources=root / "dashboards" / "pwa",
            www=root / "legolab" / "serve" / "www",
        )

    def _compile(self, root: Path, build_data: dict[str, Any]) -> None:
        """The libraries, and a wheel for this kind of machine and any Python 3."""
        build = _load(root, "stability/native/build.py")
        for room, name in (("stability", "stability engine"), ("generation", "embedded model")):
            native = _load(root, f"{room}/native/__init__.py")
            reason = build.compile_library(native.FOLDER, native.LIBRARY)
            if reason is not None:
                self.app.display_warning(f"The {name} is not compiled: {reason}")
                native.LIBRARY.unlink(missing_ok=True)
                return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def _load(root: Path, file: str) -> ModuleType:
    """A module by its path: legolab itself cannot be imported yet."""
    path = root / "legolab" / file
    name = "legolab_" + file.removesuffix(".py").replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
