"""What every store of results does: publish, read, link, promote, delete.

A result is a folder of files under a random id, whole or not there at all. It lies under `tmp/`
until its days are over, and under `keep/` once it is promoted. Its manifest, `result.json`, is
written last: a folder without one is not there. Knows nothing of jobs, of HTTP and of what the
files mean.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import uuid4

import obstore
from obstore.store import LocalStore, S3Store

from legolab.errors import InputError, NotStoredError, StorageError
from legolab.serve.manifest import MANIFEST_NAME, Manifest, is_result_id
from legolab.serve.reasons import obstore_at_work, reason
from legolab.serve.retention import LIFE

TMP, KEEP = "tmp", "keep"
LONGEST_LINK = timedelta(days=7)
"""S3 signs none for longer."""

Files = Mapping[str, tuple[bytes, str]]
"""Name -> (content, media type)."""

Clock = Callable[[], datetime]
"""The present, with its time zone."""


class Store(ABC):
    """Results by id; `open_store` makes one.

    Every method raises StorageError, with the reason, when the folder or bucket cannot be read or
    written, and NotStoredError for ids and names that are not there, however they are spelled.
    """

    def __init__(self, objects: LocalStore | S3Store, clock: Callable[[], datetime]) -> None:
        self._objects = objects
        self._clock = clock

    def publish(self, files: Files, owner: str) -> str:
        """Store the files of a result and return its id, a random UUID.

        Raises:
            InputError: no file, no owner, or a name or media type that cannot be.
            StorageError: nothing was published.
        """
        result = str(uuid4())
        manifest = Manifest.of(result, owner, self._clock(), files)
        with ExitStack() as undo:
            place = self._begin(result)
            undo.callback(self._discard, place, [MANIFEST_NAME, *files])
            for name, (content, media_type) in files.items():
                self._put(f"{place}/{name}", content, media_type)
            self._put(f"{place}/{MANIFEST_NAME}", manifest.to_json(), "application/json")
            self._show(place, result)
            undo.pop_all()
        return result

    def manifest(self, id: str) -> Manifest:
        """Whose the result is, since when, and its files."""
        for place in (TMP, KEEP):
            manifest = self._manifest_in(place, id)
            if manifest is not None:
                return manifest
        raise NotStoredError(f"there is no result {id!r}")

    def read(self, id: str, name: str) -> tuple[bytes, str]:
        """The content of a file, as it was published, and its media type.

        Raises:
            StorageError: also for content that was changed since.
        """
        # A promotion may come between two steps, so that a folder is lost from sight on the way.
        for place in (TMP, KEEP):
            manifest = self._manifest_in(place, id)
            if manifest is None or name not in manifest.files:
                continue
            content = self._get(f"{place}/{id}/{name}")
            if content is None:
                continue
            if not manifest.files[name].fits(content):
                raise StorageError(f"{name} of result {id} is not as it was published")
            return content, manifest.files[name].media_type
        raise NotStoredError(f"there is no file {name!r} in a result {id!r}")

    @abstractmethod
    def link(self, id: str, name: str, expires_in: timedelta) -> str:
        """An address from which anybody can fetch the file, for a second to seven days.

        Raises:
            InputError: for shorter or longer.
        """

    @property
    def origins(self) -> tuple[str, ...]:
        """Where links lead when not to this service: scheme, host and port of each place."""
        return ()

    @abstractmethod
    def verify(self, path: str, expires: int, signature: str, now: datetime) -> bool:
        """Whether a link to a local file, `path` being `id/name`, is ours and still holds.

        `expires` is in seconds since 1970. A bucket verifies its links itself: always False.
        """

    @abstractmethod
    def promote(self, id: str) -> None:
        """Keep a result for good; once more does no harm."""

    @abstractmethod
    def delete(self, id: str) -> None:
        """Remove a result, promoted or not; what is not there is no error."""

    @abstractmethod
    def sweep(self, now: datetime, older_than: timedelta = LIFE) -> list[str]:
        """Remove the results that are older and not promoted; return their ids.

        A bucket does so itself, by `set_lifecycle`: always empty.
        """

    @abstractmethod
    def set_lifecycle(self, days: int = LIFE.days) -> None:
        """Let a bucket remove what is older and not promoted; a folder is swept instead."""

    @abstractmethod
    def _begin(self, result: str) -> str:
        """Where the files of a new result are written."""

    @abstractmethod
    def _show(self, place: str, result: str) -> None:
        """Make a result visible whose files are all written."""

    @abstractmethod
    def _discard(self, place: str, names: list[str]) -> None:
        """Remove what was written at `place`, as far as possible; raises nothing of its own."""

    @abstractmethod
    def _put(self, path: str, content: bytes, media_type: str) -> None: ...

    def _get(self, path: str) -> bytes | None:
        """The content, or None when it is not there."""
        with obstore_at_work(f"read {path}"):
            try:
                return obstore.get(self._objects, path).bytes().to_bytes()
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise StorageError(f"cannot read {path}: {reason(error)}") from error
                return None

    def _manifest_in(self, place: str, id: str) -> Manifest | None:
        if not is_result_id(id):
            return None
        content = self._get(f"{place}/{id}/{MANIFEST_NAME}")
        if content is None:
            return None
        manifest = Manifest.from_json(content)
        if manifest.id != id:
            raise StorageError(f"the manifest of result {id} is that of another")
        return manifest


def check_length(expires_in: timedelta) -> None:
    if not timedelta(seconds=1) <= expires_in <= LONGEST_LINK:
        raise InputError(f"expected a link of 1 second to 7 days, got {expires_in}")
