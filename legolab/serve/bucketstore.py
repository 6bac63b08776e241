"""Results in a bucket of S3, R2 or the like: there as soon as their manifest is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store

from legolab.errors import NotStoredError, StorageError
from legolab.serve.manifest import MANIFEST_NAME
from legolab.serve.reasons import obstore_at_work
from legolab.serve.retention import LIFE, Bucket, set_lifecycle
from legolab.serve.store import KEEP, TMP, Clock, Store, check_length

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Credential


class BucketStore(Store):
    """Results in a bucket of S3, R2 or the like."""

    def __init__(self, bucket: Bucket, timeout: timedelta, clock: Clock) -> None:
        def credentials() -> S3Credential:
            return {
                "access_key_id": bucket.access_key,
                "secret_access_key": bucket.secret_key,
                "expires_at": None,
            }

        client: ClientConfig = {
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": min(timeout, timedelta(seconds=5)),
            "timeout": timeout,
        }
        retry: RetryConfig = {"max_retries": 3, "retry_timeout": timeout}
        # obstore also reads the AWS_* variables, and with some of them an endpoint given here
        # would be passed over, or a token of another account sent along.
        objects = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            endpoint=bucket.endpoint,
            aws_endpoint_url_s3=bucket.endpoint,
            region=bucket.region,
            virtual_hosted_style_request=False,
            skip_signature=False,
            credential_provider=credentials,
            client_options=client,
            retry_config=retry,
        )
        super().__init__(objects, clock)
        self._bucket = bucket
        self._s3 = objects
        self._timeout = timeout

    def link(self, id: str, name: str, expires_in: timedelta) -> str:
        check_length(expires_in)
        # The promoted copy first, because the other may go before the link ends.
        for place in (KEEP, TMP):
            manifest = self._manifest_in(place, id)
            if manifest is not None and name in manifest.files:
                with obstore_at_work(f"sign a link to {name}"):
                    return obstore.sign(self._s3, "GET", f"{place}/{id}/{name}", expires_in)
        raise NotStoredError(f"there is no file {name!r} in a result {id!r}")

    @property
    def origins(self) -> tuple[str, ...]:
        parts = urlsplit(self._bucket.endpoint)
        return (f"{parts.scheme}://{parts.netloc}",)

    def verify(self, path: str, expires: int, signature: str, now: datetime) -> bool:
        return False

    def promote(self, id: str) -> None:
        if self._manifest_in(KEEP, id) is not None:
            return
        manifest = self._manifest_in(TMP, id)
        if manifest is None:
            raise NotStoredError(f"there is no result {id!r}")
        with obstore_at_work(f"promote {id}"):
            # The manifest last. What is left when this breaks off is invisible, and the next
            # promotion writes over it; to remove it here could hit that of another process.
            for name in (*manifest.files, MANIFEST_NAME):
                try:
                    obstore.copy(self._s3, f"{TMP}/{id}/{name}", f"{KEEP}/{id}/{name}")
                except FileNotFoundError:
                    raise NotStoredError(f"result {id!r} is no longer whole") from None

    def delete(self, id: str) -> None:
        found = [manifest for place in (TMP, KEEP) if (manifest := self._manifest_in(place, id))]
        if found:
            with obstore_at_work(f"delete {id}"):
                for names in ([MANIFEST_NAME], list(found[0].files)):
                    paths = [f"{place}/{id}/{name}" for place in (TMP, KEEP) for name in names]
                    obstore.delete(self._s3, paths)

    def sweep(self, now: datetime, older_than: timedelta = LIFE) -> list[str]:
        return []

    def set_lifecycle(self, days: int = LIFE.days) -> None:
        set_lifecycle(self._bucket, TMP, days, self._timeout)

    def _begin(self, result: str) -> str:
        return f"{TMP}/{result}"

    def _show(self, place: str, result: str) -> None:
        """Nothing to do: with its manifest the result is there."""

    def _discard(self, place: str, names: list[str]) -> None:
        with suppress(StorageError), obstore_at_work("clear away"):
            obstore.delete(self._s3, [f"{place}/{name}" for name in names])

    def _put(self, path: str, content: bytes, media_type: str) -> None:
        with obstore_at_work(f"store {path.rpartition('/')[2]}"):
            # In one request, because the parts of a broken upload would stay, unseen and paid for.
            obstore.put(
                self._s3,
                path,
                content,
                attributes={"Content-Type": media_type},
                use_multipart=False,
            )
