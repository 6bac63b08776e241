"""Build hook: the web app goes into sdist and wheel, built once for its sources.

An editable install builds nothing. Without npm, or with LEGOLAB_SKIP_PWA=1, the package has no web
app and serves its API alone.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the web app built for what is packed; say why where it cannot be."""
        if version == "editable" or os.environ.get("LEGOLAB_SKIP_PWA") == "1":
            return
        root = Path(self.root)
        _bundle(root).ensure_bundle(
            self.app.display_warning,
            sources=root / "dashboards" / "pwa",
            www=root / "legolab" / "serve" / "www",
        )


def _bundle(root: Path) -> ModuleType:
    """`legolab.serve.bundle`, loaded by its path: legolab itself cannot be imported yet."""
    path = root / "legolab" / "serve" / "bundle.py"
    spec = importlib.util.spec_from_file_location("legolab_bundle", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
