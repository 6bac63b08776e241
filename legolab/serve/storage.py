"""Open the store of results that a path or an address names.

Knows which kinds there are and what each needs; what a store does stands in `store`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from legolab.errors import InputError
from legolab.serve.bucketstore import BucketStore
from legolab.serve.folderstore import FolderStore
from legolab.serve.retention import Bucket
from legolab.serve.settings import Settings
from legolab.serve.signing import LinkSigner
from legolab.serve.store import Clock, Store

__all__ = ["Store", "open_store", "store_of"]

TIMEOUT = timedelta(seconds=20)
"""For one request to a bucket, and once more for all the times it is asked again."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(
    url: str,
    *,
    endpoint: str = "",
    region: str = "",
    access_key: str = "",
    secret_key: str = "",
    link_key: bytes | None = None,
    links_at: str = "/static",
    timeout: timedelta = TIMEOUT,
    clock: Clock = _utc_now,
) -> Store:
    """Open the store at a path, "file:///folder" or "s3://bucket/prefix".

    Args:
        endpoint: where the bucket is, "https://..."; AWS's own in `region` if empty. R2 has
            "https://ACCOUNT.r2.cloudflarestorage.com", and "auto" for a region.
        access_key, secret_key: for a bucket; nothing is taken from the environment.
        link_key: signs links to local files, at least 32 bytes; without it there are none.
        links_at: what links to local files begin with; `id/name` follows.
        timeout: for one request to a bucket, and once more for all that is asked again.
        clock: the present, with its time zone.

    Raises:
        InputError: no such kind of store, or what it needs is missing.
        StorageError: the folder cannot be made. A bucket is not asked before it is used.
    """
    if "\0" in url or not url:
        raise InputError(f"expected a folder or s3://bucket as the store, got {url!r}")
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme == "s3":
        bucket = _bucket(url, endpoint, region, access_key, secret_key)
        return BucketStore(bucket, timeout, clock)
    if scheme not in ("", "file"):
        raise InputError(f"expected a folder, file:// or s3:// as the store, got {url!r}")
    signer = None if link_key is None else LinkSigner(link_key)
    return FolderStore(_folder(url) if scheme else Path(url), signer, links_at, clock)


def store_of(settings: Settings) -> Store:
    """The store that a service is set to use.

    Raises:
        InputError: no such kind of store, or what it needs is missing.
        StorageError: the folder cannot be made.
    """
    return open_store(
        settings.store or str(settings.home / "results"),
        endpoint=settings.store_endpoint,
        region=settings.store_region,
        access_key=settings.store_access_key,
        secret_key=settings.store_secret_key,
        link_key=settings.secret.encode(),
    )


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    folder = Path(url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not folder.is_absolute() or "\0" in str(folder):
        raise InputError(f"expected file:///folder as the store, got {url!r}")
    return folder


def _bucket(url: str, endpoint: str, region: str, access_key: str, secret_key: str) -> Bucket:
    name, _, rest = url.removeprefix("s3://").partition("/")
    prefix = [part for part in rest.split("/") if part]
    if _BUCKET.fullmatch(name) is None or not all(map(_PREFIX_PART.fullmatch, prefix)):
        raise InputError(f"expected s3://bucket/prefix as the store, got {url!r}")
    for what, value in (
        ("a region", region),
        ("an access key", access_key),
        ("a secret", secret_key),
    ):
        if not value:
            raise InputError(f"the store {url} needs {what}, and none was given")
    endpoint = (endpoint or f"https://s3.{region}.amazonaws.com").rstrip("/")
    address = urlsplit(endpoint)
    if address.scheme not in ("http", "https") or not address.netloc or address.path:
        raise InputError(f"expected an endpoint such as https://host:port, got {endpoint!r}")
    return Bucket(
        endpoint=endpoint,
        region=region,
        name=name,
        prefix="".join(f"{part}/" for part in prefix),
        access_key=access_key,
        secret_key=secret_key,
    )
