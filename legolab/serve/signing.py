"""Signatures: of links to local files, which expire, and of requests to S3 that obstore lacks.

Knows nothing of files or of the network.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from legolab.errors import InputError

MIN_KEY_BYTES = 32


class LinkSigner:
    """Signs `path` together with the moment its link expires, by HMAC-SHA-256.

    Raises:
        InputError: the key has fewer than 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise InputError(
                f"expected a key of at least {MIN_KEY_BYTES} bytes to sign links, got {len(key)}"
            )
        self._key = key

    def sign(self, path: str, expires: int) -> str:
        """The signature, in hex, of a link that ends at `expires`, in seconds since 1970."""
        # The opening line keeps a signature from being of use where the key signs other things.
        message = f"legolab.link/1\n{expires}\n{path}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()

    def verify(self, path: str, expires: int, signature: str, now: datetime) -> bool:
        """Whether the link is ours and has not expired; in the same time for any signature."""
        expected = self.sign(path, expires).encode()
        ours = hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass"))
        return ours and now.timestamp() < expires


def sign_request(
    method: str,
    url: str,
    body: bytes,
    *,
    region: str,
    access_key: str,
    secret_key: str,
    now: datetime,
    headers: Mapping[str, str],
) -> dict[str, str]:
    """All headers of a request to S3, signed by AWS Signature Version 4.

    The canonical request, the string to sign and the key are those of AWS's "Signature Version 4
    for API requests"; the path is taken as it is, because S3's own keys are never normalized.
    """
    parts = urlsplit(url)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(body).hexdigest()
    signed = {name.lower(): value.strip() for name, value in headers.items()} | {
        "host": parts.netloc,
        "x-amz-content-sha256": body_hash,
        "x-amz-date": moment,
    }
    names = ";".join(sorted(signed))
    query = sorted(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    header_lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    canonical = "\n".join(
        [method, parts.path or "/", "&".join(query), *header_lines, "", names, body_hash]
    )
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{secret_key}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return signed | {"authorization": authorization}
