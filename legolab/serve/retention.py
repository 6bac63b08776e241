"""Results go after a week: a local folder is swept, a bucket is given a lifecycle rule.

obstore has no call for lifecycle rules. boto3 has one, at the price of 35 MB of packages for two
requests; these are signed here instead.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from xml.etree import ElementTree as ET

from legolab.errors import InputError, StorageError
from legolab.serve.manifest import MANIFEST_NAME, Manifest, is_result_id
from legolab.serve.reasons import reason
from legolab.serve.signing import sign_request

LIFE = timedelta(days=7)
"""How long a result is there unless it is promoted."""

LEFTOVER_LIFE = timedelta(hours=1)
"""How long a publication may take; what is older was broken off."""

DRAFT, GONE = ".{}.draft", ".{}.gone"
_LEFTOVER = re.compile(r"\.[0-9a-f-]{36}\.(draft|gone)")
_XML_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def sweep_folder(folder: Path, now: datetime, older_than: timedelta) -> list[str]:
    """Remove the results in `folder` that are older, and what broken writes left; return the ids.

    The age of a result is that of its manifest. What is not ours, symlinks too, is left alone.
    Of several sweeps at once, one removes a result and names it.

    Raises:
        StorageError: the folder cannot be read, or a result not removed.
    """
    removed = []
    try:
        for spot in sorted(folder.iterdir()):
            if spot.is_symlink() or not (is_result_id(spot.name) or _LEFTOVER.fullmatch(spot.name)):
                continue
            created = _created(spot)
            if created is None:
                if now - _touched(spot, now) > LEFTOVER_LIFE:
                    shutil.rmtree(spot, ignore_errors=True)
            elif now - created > older_than and remove_folder(spot, folder):
                removed.append(spot.name)
    except OSError as error:
        raise StorageError(f"cannot sweep the store: {reason(error)}") from error
    return removed


def remove_folder(spot: Path, waste: Path) -> bool:
    """Remove a result at once, as seen by readers; False when it was not there.

    What cannot be removed stays, out of sight, in the folder `waste`, and is swept from there.
    """
    gone = waste / GONE.format(spot.name)
    try:
        spot.rename(gone)
    except FileNotFoundError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _created(spot: Path) -> datetime | None:
    """When a result was published, or None for what is no whole result."""
    if not is_result_id(spot.name):
        return None
    try:
        return Manifest.from_json((spot / MANIFEST_NAME).read_bytes()).created
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, StorageError):
        return None


def _touched(spot: Path, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(spot.lstat().st_mtime, UTC)
    except FileNotFoundError:
        return now


@dataclass(frozen=True)
class Bucket:
    """A bucket, where it is and who asks; `prefix` ends with a slash or is empty."""

    endpoint: str
    region: str
    name: str
    prefix: str
    access_key: str
    secret_key: str = field(repr=False)


def set_lifecycle(bucket: Bucket, folder: str, days: int, timeout: timedelta) -> None:
    """Let the bucket remove what is `days` old under `prefix/folder/`; its other rules stay.

    Raises:
        InputError: less than a day.
        StorageError: the bucket does not answer, refuses, or knows no lifecycle rules.
    """
    if days < 1:
        raise InputError(f"expected a life of at least 1 day, got {days}")
    prefix = f"{bucket.prefix}{folder}/"
    rule = ET.Element("Rule")
    ET.SubElement(rule, "ID").text = name = f"legolab {prefix}"
    ET.SubElement(ET.SubElement(rule, "Filter"), "Prefix").text = prefix
    ET.SubElement(rule, "Status").text = "Enabled"
    ET.SubElement(ET.SubElement(rule, "Expiration"), "Days").text = str(days)

    # S3 replaces all rules at once, so those of others are sent back with ours.
    others = [rule for rule in lifecycle_rules(bucket, timeout) if rule.findtext("ID") != name]
    rules = ET.Element("LifecycleConfiguration", xmlns=_XML_NAMESPACE)
    rules.extend([*others, rule])
    _ask(bucket, "PUT", ET.tostring(rules, encoding="utf-8"), timeout)


def lifecycle_rules(bucket: Bucket, timeout: timedelta) -> list[ET.Element]:
    """The lifecycle rules that the bucket has, as S3 writes them, without XML namespaces.

    Raises:
        StorageError: the bucket does not answer, refuses, or knows no lifecycle rules.
    """
    answer = _ask(bucket, "GET", b"", timeout)
    if answer is None:
        return []
    try:
        root = ET.fromstring(answer)
    except ET.ParseError as error:
        raise StorageError(f"cannot read the bucket's lifecycle rules: {error}") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "LifecycleConfiguration":
        raise StorageError(
            f"the store knows no lifecycle rules: expected LifecycleConfiguration, got {root.tag}"
        )
    return root.findall("Rule")


def _ask(bucket: Bucket, method: str, body: bytes, timeout: timedelta) -> bytes | None:
    """Send or fetch the rules; None when there are none."""
    url = f"{bucket.endpoint}/{bucket.name}?lifecycle="
    checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    headers = sign_request(
        method,
        url,
        body,
        region=bucket.region,
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
        now=datetime.now(UTC),
        headers={"Content-MD5": checksum, "Content-Type": "application/xml"} if body else {},
    )
    request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout.total_seconds()) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        said = error.read(10_000).decode("utf-8", "replace")
        if "<Code>NoSuchLifecycleConfiguration</Code>" in said:
            return None
        raise StorageError(f"cannot {method} lifecycle rules: {reason(error, said)}") from error
    except urllib.error.URLError as error:
        cause = error.reason if isinstance(error.reason, Exception) else error
        raise StorageError(f"cannot {method} lifecycle rules: {reason(cause)}") from error
    except (OSError, HTTPException) as error:
        raise StorageError(f"cannot {method} lifecycle rules: {reason(error)}") from error
