"""Write openapi.json, the service's documents, from which the app's types are made.

Run it from the repository's root after the service has changed, then `npm run types`.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from legolab.serve.app import create_app
from legolab.serve.settings import Settings
from legolab.serve.storage import open_store

TARGET = Path(__file__).parents[1] / "openapi.json"


def text() -> str:
    """The documents of an application that is never started."""
    nowhere = "redis://127.0.0.1:1"
    settings = Settings(home=Path(), secret=secrets.token_urlsafe(32), redis_url=nowhere)
    store = open_store("s3://none", region="none", access_key="none", secret_key="none")
    document = create_app(settings, store).openapi()
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
