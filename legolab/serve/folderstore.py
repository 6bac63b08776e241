"""Results in a folder of this machine: written beside, then renamed into sight."""

from __future__ import annotations

import math
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import obstore
from obstore.store import LocalStore

from legolab.errors import InputError, NotStoredError, StorageError
from legolab.serve.manifest import is_result_id
from legolab.serve.reasons import at_work, obstore_at_work
from legolab.serve.retention import DRAFT, LIFE, remove_folder, sweep_folder
from legolab.serve.signing import LinkSigner
from legolab.serve.store import KEEP, TMP, Clock, Store, check_length


class FolderStore(Store):
    """Results in a folder of this machine, for its owner's eyes only."""

    def __init__(
        self,
        folder: Path,
        signer: LinkSigner | None,
        links_at: str,
        clock: Clock,
    ) -> None:
        with at_work("open the store"):
            folder.mkdir(parents=True, exist_ok=True)
            self._folder = folder.resolve()
            for place in (TMP, KEEP):
                (self._folder / place).mkdir(mode=0o700, exist_ok=True)
                self._spot(place)
        self._signer = signer
        self._links_at = links_at
        super().__init__(LocalStore(self._folder), clock)

    def link(self, id: str, name: str, expires_in: timedelta) -> str:
        check_length(expires_in)
        if self._signer is None:
            raise InputError("links to local files need a key to sign them, and none was given")
        if name not in self.manifest(id).files:
            raise NotStoredError(f"there is no file {name!r} in result {id!r}")
        path = f"{id}/{name}"
        expires = math.ceil((self._clock() + expires_in).timestamp())
        signature = self._signer.sign(path, expires)
        return f"{self._links_at}/{path}?expires={expires}&signature={signature}"

    def verify(self, path: str, expires: int, signature: str, now: datetime) -> bool:
        return self._signer is not None and self._signer.verify(path, expires, signature, now)

    def promote(self, id: str) -> None:
        self.manifest(id)
        with at_work(f"promote {id}"):
            try:
                # One step, where a copy would be many: a sweep comes before it or too late.
                self._spot(f"{TMP}/{id}").rename(self._spot(f"{KEEP}/{id}"))
            except FileNotFoundError:
                self.manifest(id)  # promoted before, or swept just now

    def delete(self, id: str) -> None:
        if is_result_id(id):
            with at_work(f"delete {id}"):
                for place in (TMP, KEEP):
                    remove_folder(self._spot(f"{place}/{id}"), self._folder / TMP)

    def sweep(self, now: datetime, older_than: timedelta = LIFE) -> list[str]:
        return sweep_folder(self._spot(TMP), now, older_than)

    def set_lifecycle(self, days: int = LIFE.days) -> None:
        """Nothing to do: a folder has no rules."""

    def _begin(self, result: str) -> str:
        place = f"{TMP}/{DRAFT.format(result)}"
        with at_work("begin a result"):
            self._spot(place).mkdir()
        return place

    def _show(self, place: str, result: str) -> None:
        with at_work("publish a result"):
            self._spot(place).rename(self._spot(f"{TMP}/{result}"))

    def _discard(self, place: str, names: list[str]) -> None:
        shutil.rmtree(self._folder / place, ignore_errors=True)

    def _put(self, path: str, content: bytes, media_type: str) -> None:
        self._spot(path)
        with obstore_at_work(f"store {path.rpartition('/')[2]}"):
            obstore.put(self._objects, path, content, use_multipart=False)

    def _get(self, path: str) -> bytes | None:
        spot = self._folder / path
        with at_work(f"read {path}"):
            # A symlink is not there; nor is a pipe, which would keep the reader waiting for ever.
            if os.path.realpath(spot) != str(spot) or not spot.is_file():
                return None
        return super()._get(path)

    def _spot(self, path: str) -> Path:
        """The place of `path`, which no symlink may lead elsewhere."""
        spot = self._folder / path
        if os.path.realpath(spot) != str(spot):
            raise StorageError("there is a symbolic link in the store, and none is followed")
        return spot
