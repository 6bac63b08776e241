"""What a stored result is: whose, since when, and its files with their sizes and hashes.

Says which ids and names there can be. Knows nothing of where results lie.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from legolab.errors import InputError, StorageError

SCHEMA = "legolab.result/1"
MANIFEST_NAME = "result.json"

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# One case only: on some file systems two names that differ in case are one file.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?")


def is_result_id(text: str) -> bool:
    """Whether a result can have that id: a random UUID (version 4) in its usual spelling.

    >>> is_result_id("0b9f0a54-8a5c-4d0e-9a53-2f6f3c1d7e10"), is_result_id("../etc")
    (True, False)
    """
    return _ID.fullmatch(text) is not None


def is_file_name(text: str) -> bool:
    """Whether a file of a result can have that name; the manifest's own is taken.

    >>> [is_file_name(name) for name in ("model.ldr", ".hidden", "a/b", "result.json")]
    [True, False, False, False]
    """
    return _NAME.fullmatch(text) is not None and text != MANIFEST_NAME


@dataclass(frozen=True)
class StoredFile:
    """A file of a result: what it is, `size` in bytes, and the SHA-256 of its content in hex."""

    media_type: str
    size: int
    sha256: str

    def fits(self, content: bytes) -> bool:
        """Whether `content` is what was published."""
        return len(content) == self.size and hashlib.sha256(content).hexdigest() == self.sha256


@dataclass(frozen=True)
class Manifest:
    """A result: its id, whose it is, when it was published (UTC), its files by name."""

    id: str
    owner: str
    created: datetime
    files: Mapping[str, StoredFile]

    @classmethod
    def of(
        cls, id: str, owner: str, created: datetime, files: Mapping[str, tuple[bytes, str]]
    ) -> Manifest:
        """The manifest of files given as name -> (content, media type).

        Raises:
            InputError: no file, no owner, or a name or media type that cannot be.
        """
        if not owner:
            raise InputError("a result needs an owner, got an empty name")
        if not files:
            raise InputError("a result needs at least one file, got none")
        for name, (_, media_type) in files.items():
            if not is_file_name(name):
                raise InputError(
                    "expected a file name of a-z, 0-9, '.', '_' and '-' that starts with a letter "
                    f"or digit, is no longer than 100 and not {MANIFEST_NAME}, got {name!r}"
                )
            if _MEDIA_TYPE.fullmatch(media_type) is None:
                raise InputError(f"expected a media type such as 'image/png', got {media_type!r}")
        described = {
            name: StoredFile(media_type, len(content), hashlib.sha256(content).hexdigest())
            for name, (content, media_type) in files.items()
        }
        return cls(id, owner, created, described)

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        created = self.created.isoformat(timespec="seconds")
        files = {name: asdict(file) for name, file in self.files.items()}
        content = {"id": self.id, "owner": self.owner, "created": created, "files": files}
        return json.dumps({"schema": SCHEMA} | content, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Read a manifest.

        Raises:
            StorageError: it is damaged, or of another schema.
        """
        try:
            given = json.loads(content)
            if given["schema"] != SCHEMA or not all(map(is_file_name, given["files"])):
                raise StorageError(f"the manifest of a result is not a {SCHEMA}")
            files = {name: StoredFile(**file) for name, file in given["files"].items()}
            created = datetime.fromisoformat(given["created"]).astimezone(UTC)
            return cls(given["id"], given["owner"], created, files)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StorageError(f"the manifest of a result is damaged: {error}") from error
