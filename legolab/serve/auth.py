"""Who is asking: JSON Web Tokens, made and read. Knows nothing of HTTP.

A key has one algorithm of its own, so that a token cannot choose how it is checked: secrets sign
with HS256, public keys of another issuer check RS256. A token's `kid` says which key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from legolab.errors import InputError
from legolab.serve.settings import Settings

MAX_TOKEN = 4096
"""Characters; a longer one is not looked at."""
MAX_SUBJECT = 200
"""Characters."""
MIN_RSA_BITS = 2048

_REQUIRED = ["exp", "sub", "aud", "iss"]
_TICKET = "/events"
"""Ends the audience of a ticket, so that it is no token and a token is no ticket."""


@dataclass(frozen=True)
class Refusal:
    """Why a token does not hold, in words that give nothing away."""

    reason: str


class Tokens:
    """Reads tokens and tickets; makes tickets."""

    def __init__(self, settings: Settings) -> None:
        """Load the keys.

        Raises:
            InputError: the file of public keys cannot be used.
        """
        self._settings = settings
        self._first = _kid(settings.secret)
        secrets = (settings.secret, *settings.former_secrets)
        self._keys = {_kid(secret): _secret_key(secret) for secret in secrets}
        self._keys |= _public_keys(settings)

    def subject(self, token: str) -> str | Refusal:
        """The person a token speaks for."""
        claims = self._claims(token, self._settings.audience)
        return claims if isinstance(claims, Refusal) else str(claims["sub"])

    def make_ticket(self, subject: str, job_id: str) -> str:
        """A ticket that opens the events of one job, for a short while.

        Browsers' EventSource cannot send headers: the ticket goes into the address, where a token
        must not be.
        """
        lifetime = timedelta(seconds=self._settings.ticket_seconds)
        audience = self._settings.audience + _TICKET
        return _sign(self._settings, subject, audience, lifetime, {"job": job_id})

    def ticket_subject(self, ticket: str, job_id: str) -> str | Refusal:
        """The person a ticket speaks for, if it is for that job."""
        claims = self._claims(ticket, self._settings.audience + _TICKET)
        if isinstance(claims, Refusal):
            return claims
        if claims.get("job") != job_id:
            return Refusal("the ticket is for another job")
        return str(claims["sub"])

    def _claims(self, token: str, audience: str) -> Mapping[str, Any] | Refusal:
        if len(token) > MAX_TOKEN:
            return Refusal("the token is too long")
        try:
            # A token of another maker may name no key; then it can only be of our first secret.
            kid = jwt.get_unverified_header(token).get("kid", self._first)
            key = self._keys.get(kid)
            if key is None:
                return Refusal("the token is of a key that is not known")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=audience,
                issuer=self._settings.issuer,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            return Refusal("the token has expired")
        except jwt.InvalidTokenError:
            return Refusal("the token does not hold")
        if not 0 < len(claims["sub"]) <= MAX_SUBJECT:
            return Refusal("the token names nobody")
        return claims


def make_token(settings: Settings, subject: str, lifetime: timedelta) -> str:
    """A token that speaks for `subject`, signed with the first secret.

    Raises:
        InputError: nobody is named, or the lifetime is not above 0.
    """
    if not 0 < len(subject) <= MAX_SUBJECT:
        raise InputError(f"expected a subject of 1 to {MAX_SUBJECT} characters, got {len(subject)}")
    if not lifetime > timedelta(0):
        raise InputError(f"expected a lifetime above 0, got {lifetime}")
    return _sign(settings, subject, settings.audience, lifetime, {})


def _sign(
    settings: Settings,
    subject: str,
    audience: str,
    lifetime: timedelta,
    more: Mapping[str, str],
) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": subject,
        "aud": audience,
        "iss": settings.issuer,
        "iat": now,
        "exp": now + lifetime,
        "jti": str(uuid.uuid4()),
        **more,
    }
    return jwt.encode(claims, settings.secret, "HS256", headers={"kid": _kid(settings.secret)})


def _kid(secret: str) -> str:
    """The name of a secret: follows from it, so that nobody has to choose one to rotate it."""
    return hashlib.sha256(b"legolab kid " + secret.encode()).hexdigest()[:16]


def _secret_key(secret: str) -> jwt.PyJWK:
    """A secret, made ready once; given as text it would be looked over for each token."""
    encoded = base64.urlsafe_b64encode(secret.encode()).rstrip(b"=").decode()
    return jwt.PyJWK({"kty": "oct", "k": encoded}, "HS256")


def _public_keys(settings: Settings) -> dict[str, jwt.PyJWK]:
    """The RSA keys of the key set file, by `kid`.

    Raises:
        InputError: the file is missing, no key set, or has a key that cannot be used.
    """
    path = settings.jwks
    if path is None:
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = {str(entry["kid"]): jwt.PyJWK(entry, "RS256") for entry in entries}
    except OSError as error:
        raise InputError(f"LEGOLAB_JWKS: cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
        raise InputError(
            f"LEGOLAB_JWKS: expected a JSON Web Key Set of RSA keys with a kid each in {path}: "
            f"{type(error).__name__}: {error}"
        ) from error
    for kid, key in keys.items():
        if not isinstance(key.key, RSAPublicKey) or key.key.key_size < MIN_RSA_BITS:
            raise InputError(
                f"LEGOLAB_JWKS: expected public RSA keys of at least {MIN_RSA_BITS} bits in "
                f"{path}, got something else as {kid!r}"
            )
    return keys
