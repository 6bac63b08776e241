"""Every setting of the service, with its variable and default: the one reader of the environment.

Knows nothing of what the settings are used for, beyond refusing values that cannot work.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from legolab.errors import FileError, InputError

MIN_SECRET_BYTES = 32
_DEVELOPMENT_MARK = "development-"
"""A secret that we made begins with this, so that a copy of it is refused in production too."""


@dataclass(frozen=True)
class Variable:
    """Where a setting comes from.

    Attributes:
        name: in the environment.
        text: one line for the table.
        read: text to value; raises ValueError with what was expected.
        default: the default in words, where the value itself says too little.
        secret: never shown in a message.
    """

    name: str
    text: str
    read: Callable[[str], object] = str
    default: str | None = None
    secret: bool = False


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"expected {' or '.join(names)}")
        return text

    return read


def _redis_url(text: str) -> str:
    if not re.match(r"(redis|rediss|unix)://.", text):
        raise ValueError("expected a URL that begins with redis://, rediss:// or unix://")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[^/\s*]+", origin) for origin in origins):
        raise ValueError("expected origins such as https://example.org, with commas between")
    return origins


def _public_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s?#]+", text):
        raise ValueError("expected a URL such as https://bricks.example.org")
    return text.rstrip("/")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True)
class Settings:
    """What the service was told. Made by `from_environment`, or field by field in tests.

    Raises:
        InputError: a secret is too short, or one made for development is used in production.
    """

    home: Annotated[
        Path,
        Variable("LEGOLAB_HOME", "Folder of everything the service keeps", Path, "the data folder"),
    ]
    secret: Annotated[
        str,
        Variable(
            "LEGOLAB_SECRET",
            f"Signs tokens, tickets and links; at least {MIN_SECRET_BYTES} bytes; must be set in "
            "production",
            default="made once, kept in LEGOLAB_HOME",
            secret=True,
        ),
    ] = field(repr=False)
    environment: Annotated[
        str,
        Variable(
            "LEGOLAB_ENV",
            "`production` refuses development secrets and the embedded broker",
            _one_of("development", "production"),
        ),
    ] = "development"
    former_secrets: Annotated[
        tuple[str, ...],
        Variable(
            "LEGOLAB_FORMER_SECRETS",
            "Earlier secrets whose tokens still hold, with blanks between",
            _words,
            secret=True,
        ),
    ] = field(default=(), repr=False)
    jwks: Annotated[
        Path | None,
        Variable(
            "LEGOLAB_JWKS",
            "File of RSA public keys (a JSON Web Key Set) whose RS256 tokens hold",
            Path,
        ),
    ] = None
    issuer: Annotated[str, Variable("LEGOLAB_ISSUER", "Who must have issued a token")] = "legolab"
    audience: Annotated[str, Variable("LEGOLAB_AUDIENCE", "Whom a token must be for")] = "legolab"
    redis_url: Annotated[
        str | None,
        Variable(
            "LEGOLAB_REDIS_URL", "Redis or Valkey to use", _redis_url, "one of our own", secret=True
        ),
    ] = field(default=None, repr=False)
    store: Annotated[
        str,
        Variable(
            "LEGOLAB_STORE",
            "Where results lie: a folder, or s3://bucket/prefix",
            default="`results` in LEGOLAB_HOME",
        ),
    ] = ""
    store_endpoint: Annotated[
        str,
        Variable(
            "LEGOLAB_STORE_ENDPOINT",
            "Address of the bucket's host; R2 has https://ACCOUNT.r2.cloudflarestorage.com",
            default="AWS's own",
        ),
    ] = ""
    store_region: Annotated[
        str, Variable("LEGOLAB_STORE_REGION", "Region of the bucket; `auto` for R2")
    ] = ""
    store_access_key: Annotated[
        str, Variable("LEGOLAB_STORE_ACCESS_KEY", "Name of the key of the bucket", secret=True)
    ] = field(default="", repr=False)
    store_secret_key: Annotated[
        str, Variable("LEGOLAB_STORE_SECRET_KEY", "The key itself", secret=True)
    ] = field(default="", repr=False)
    workers: Annotated[
        int, Variable("LEGOLAB_WORKERS", "Workers that `legolab up` starts", _whole(1, 64))
    ] = 1
    engine_threads: Annotated[
        int,
        Variable(
            "LEGOLAB_ENGINE_THREADS", "Threads that a worker's model computes with", _whole(1, 256)
        ),
    ] = 1
    host: Annotated[str, Variable("LEGOLAB_HOST", "Address to listen on")] = "127.0.0.1"
    port: Annotated[
        int, Variable("LEGOLAB_PORT", "Port to listen on; 0 takes a free one", _whole(0, 65535))
    ] = 8000
    public_url: Annotated[
        str,
        Variable(
            "LEGOLAB_PUBLIC_URL",
            "What links begin with",
            _public_url,
            "nothing: links are relative",
        ),
    ] = ""
    cors_origins: Annotated[
        tuple[str, ...],
        Variable(
            "LEGOLAB_CORS_ORIGINS",
            "Web origins that may call the service, with commas between",
            _origins,
        ),
    ] = ()
    rate_limit: Annotated[
        int,
        Variable(
            "LEGOLAB_RATE_LIMIT",
            "POST /generate and POST /check a person may send in a minute, each",
            _whole(1, 1000),
        ),
    ] = 30
    queue_limit: Annotated[
        int, Variable("LEGOLAB_QUEUE_LIMIT", "Jobs that may wait", _whole(1, 1_000_000))
    ] = 200
    job_seconds: Annotated[
        int, Variable("LEGOLAB_JOB_SECONDS", "Seconds a job may take", _whole(1, 86_400))
    ] = 300
    keep_days: Annotated[
        int,
        Variable(
            "LEGOLAB_KEEP_DAYS", "Days that results, failures and events are kept", _whole(1, 3650)
        ),
    ] = 7
    link_seconds: Annotated[
        int, Variable("LEGOLAB_LINK_SECONDS", "Seconds a signed link opens", _whole(1, 604_800))
    ] = 3600
    ticket_seconds: Annotated[
        int,
        Variable(
            "LEGOLAB_TICKET_SECONDS", "Seconds a ticket opens an event stream", _whole(1, 3600)
        ),
    ] = 60
    max_streams: Annotated[
        int,
        Variable(
            "LEGOLAB_MAX_STREAMS", "Event streams open at once in a process", _whole(1, 10_000)
        ),
    ] = 100
    check_bytes: Annotated[
        int,
        Variable(
            "LEGOLAB_CHECK_BYTES",
            "Bytes a body of POST /check may have",
            _whole(1000, 16_000_000),
        ),
    ] = 128_000
    check_seconds: Annotated[
        int, Variable("LEGOLAB_CHECK_SECONDS", "Seconds a POST /check may take", _whole(1, 3600))
    ] = 30

    def __post_init__(self) -> None:
        for secret in (self.secret, *self.former_secrets):
            variable = "LEGOLAB_SECRET" if secret == self.secret else "LEGOLAB_FORMER_SECRETS"
            size = len(secret.encode())
            if size < MIN_SECRET_BYTES:
                raise InputError(
                    f"{variable}: expected secrets of at least {MIN_SECRET_BYTES} bytes, "
                    f"got one of {size}"
                )
            if self.production and secret.startswith(_DEVELOPMENT_MARK):
                raise InputError(
                    f"{variable}: expected a secret of your own in production, "
                    "got one that was made for development"
                )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the variables; one that is empty counts as not set.

        In development, a secret that is not given is made once and kept in the home folder.

        Raises:
            InputError: a value cannot be used; names the variable, what was expected and seen.
            FileError: the home folder cannot be written.
        """
        given: dict[str, Any] = {}
        for name, variable in _variables().items():
            text = environ.get(variable.name, "").strip()
            if not text:
                continue
            try:
                given[name] = variable.read(text)
            except ValueError as error:
                seen = "something else" if variable.secret else repr(text[:60])
                raise InputError(f"{variable.name}: {error}, got {seen}") from None
        given["home"] = home_folder(environ)
        if "secret" not in given:
            if given.get("environment") == "production":
                raise InputError(
                    "LEGOLAB_SECRET: expected a secret of your own in production, got none"
                )
            given["secret"] = _development_secret(given["home"])
        return cls(**given)

    @property
    def production(self) -> bool:
        """Whether nothing made for development may be used."""
        return self.environment == "production"

    @property
    def keep_seconds(self) -> int:
        """Life of results, failures and events."""
        return self.keep_days * 86_400


def settings_table() -> str:
    """The table of the README, in Markdown: every variable, its default, what it is.

    >>> settings_table().splitlines()[2]
    '| `LEGOLAB_HOME` | the data folder | Folder of everything the service keeps |'
    """
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    defaults = {entry.name: entry.default for entry in fields(Settings)}
    for name, variable in _variables().items():
        default = variable.default or defaults[name] or "none"
        rows.append(f"| `{variable.name}` | {default} | {variable.text} |")
    return "\n".join(rows) + "\n"


def _variables() -> dict[str, Variable]:
    """Field -> where it comes from, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def home_folder(environ: Mapping[str, str]) -> Path:
    """The folder of everything the service keeps: LEGOLAB_HOME, else the data folder."""
    given = environ.get("LEGOLAB_HOME", "").strip()
    return Path(given) if given else _data_folder(environ)


def _data_folder(environ: Mapping[str, str]) -> Path:
    """Where the person's programs keep what they keep, by the custom of the system."""
    person = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return person / "Library" / "Application Support" / "legolab"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or person / "AppData" / "Local") / "legolab"
    return Path(environ.get("XDG_DATA_HOME") or person / ".local" / "share") / "legolab"


def _development_secret(home: Path) -> str:
    """The secret kept in `home`, readable by its owner alone; made when there is none."""
    path = home / "secret"
    draft = home / f".secret.{secrets.token_hex(8)}"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(_DEVELOPMENT_MARK + secrets.token_urlsafe(MIN_SECRET_BYTES))
            try:
                os.link(draft, path)  # unlike a rename, never replaces what another process made
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise FileError(f"cannot keep a secret in {home}: {error.strerror or error}") from error
