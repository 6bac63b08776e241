"""Requests to a service: the token, patience with what may pass, and problems turned into errors.

Knows nothing of jobs.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import sleep
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPErrorProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from legolab import __version__
from legolab.client.sse import Message, read_messages
from legolab.errors import InputError, LegolabError, RefusedError, ServiceError

MAX_BYTES = 32_000_000
"""Of an answer, of one event and of a file."""
TRIES, STEADFAST_TRIES = 4, 8
"""Times a request is sent to a service that never answered yet, and to one that has before."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 4.0
"""Before the second try; twice as long before each further one, up to the longest."""
PATIENCE_SECONDS = 60.0
"""How long a request is put off altogether because the service asks for it."""
SILENCE_SECONDS = 45.0
"""After this without a sign of life, a stream counts as broken; the service sends one every 15."""

_MAX_PROBLEM = 100_000  # bytes
_MAX_DETAIL = 500  # characters
_LATER = frozenset({502, 503, 504})
_Result = TypeVar("_Result")


class _EveryAnswer(HTTPErrorProcessor):
    """No status raises; above all, a redirect is not followed."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


class Connection:
    """Where a service is and what it lets us in with; each request is a connection of its own."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        """Look at what was given; nothing is sent.

        Args:
            url: of the service, such as "http://127.0.0.1:8000".
            token: as `legolab token` makes it; sent to that address and to no other.
            timeout: seconds for an answer.

        Raises:
            InputError: one of them cannot be used.
        """
        if not 0 < timeout < math.inf:
            raise InputError(f"expected a timeout above 0 seconds, got {timeout}")
        token = token.strip()
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise InputError("expected a token as `legolab token` makes it, got something else")
        if not _is_address(url) or re.search(r"[?#@]", url):
            raise InputError(f"expected a URL such as http://127.0.0.1:8000, got {url!r}")
        self.url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._answered = False

    def json(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> dict[str, Any]:
        """Send a request and read the JSON object that answers it.

        Args:
            method: one that does no harm when it is sent again, for a lost answer.
            path: on the service.
            body: sent as JSON.
            headers: more of them.
            once: do not send again what failed; what takes long is not asked for twice.

        Raises:
            InputError: the body is no JSON.
            RefusedError: the service refused it.
            ServiceError: the service cannot be reached, or does not do what is expected of it.
        """
        request = self._request(method, path, headers or {})
        if body is not None:
            request.data = _encoded(body)
            request.add_header("Content-Type", "application/json")
        content = self._send(request, self._timeout, _whole, self.url, once)
        document = _parsed(content)
        if not isinstance(document, dict):
            raise self._odd("an answer that is not the JSON it should be")
        return document

    def fetch(self, link: str) -> bytes:
        """The content of a file.

        Args:
            link: to the service ("/static/…") or to anywhere else. It opens by itself: the token
                is not sent along.

        Raises:
            RefusedError, ServiceError: as for `json`.
        """
        address = self.url + link if re.match(r"/(?!/)", link) else link
        if not _is_address(address):
            raise self._odd("a link to a file that is none")
        where = urlsplit(address)
        content = self._send(
            Request(address, headers=_own_headers("*/*")),
            self._timeout,
            _whole,
            f"{where.scheme}://{where.netloc}",
        )
        if not content:
            raise self._odd("a file with nothing in it")
        return content

    def messages(self, path: str, after: str) -> Iterator[Message]:
        """The messages of an event stream, as they come, until it ends or breaks.

        Args:
            path: on the service.
            after: id of the last message that was seen; "" begins with the first.

        Raises:
            OSError, HTTPException: the stream broke.
            RefusedError, ServiceError: as for `json`.
        """
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        request = self._request("GET", path, headers)
        timeout = max(self._timeout, SILENCE_SECONDS)
        with self._send(request, timeout, lambda answer: answer, self.url) as answer:
            if answer.status == HTTPStatus.NO_CONTENT:
                return
            if "Content-Type" not in answer.headers:
                raise IncompleteRead(b"")  # it broke in the headers
            if answer.headers.get_content_type() != "text/event-stream":
                raise self._odd("something else than a stream of events")
            yield from read_messages(answer.readline, MAX_BYTES)

    def _request(self, method: str, path: str, headers: Mapping[str, str]) -> Request:
        own = _own_headers("application/json") | {"Authorization": f"Bearer {self._token}"}
        return Request(self.url + path, headers={**own, **headers}, method=method)

    def _send(
        self,
        request: Request,
        timeout: float,
        read: Callable[[HTTPResponse], _Result],
        where: str,
        once: bool = False,
    ) -> _Result:
        """Send a request, again where that may help, and `read` the answer."""
        opener = _opener(request.full_url)
        waited, tries = 0.0, 0
        while True:
            tries += 1
            pause = min(PAUSE_SECONDS * 2 ** (tries - 1), LONGEST_PAUSE_SECONDS)
            last = once or tries >= (STEADFAST_TRIES if self._answered else TRIES)
            try:
                answer = opener.open(request, timeout=timeout)
                self._answered = True
                if answer.status < HTTPStatus.MULTIPLE_CHOICES:
                    return read(answer)
                with answer:
                    failure = _failure(answer, where)
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    last = False
                elif answer.status not in _LATER:
                    last = True
                pause = _retry_after(answer) or pause
            except (OSError, HTTPException) as error:
                cause = error.reason if isinstance(error, URLError) else error
                failure = _unreachable(where, cause, timeout)
                last = last or not isinstance(cause, (ConnectionError, HTTPException))
            waited += pause
            if last or waited > PATIENCE_SECONDS:
                raise failure
            sleep(pause)

    def _odd(self, seen: str) -> ServiceError:
        return ServiceError(f"expected a legolab service at {self.url}, got {seen}")


def plain(text: str) -> str:
    """What a service says, fit for a terminal and no longer than a sentence or two.

    >>> plain("no " + chr(27) + "[31mtable")
    'no  [31mtable'
    """
    return "".join(c if c.isprintable() else " " for c in text[:_MAX_DETAIL])


def _own_headers(accept: str) -> dict[str, str]:
    return {"User-Agent": f"legolab/{__version__}", "Accept": accept}


def _opener(address: str) -> OpenerDirector:
    """What sends a request, by way of the proxy that the environment names; never to ourselves."""
    proxies = ProxyHandler({}) if _is_loopback(urlsplit(address).hostname or "") else ProxyHandler()
    return build_opener(proxies, _EveryAnswer)


def _is_loopback(host: str) -> bool:
    """
    >>> [_is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "example.org")]
    [True, True, True, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_address(text: str) -> bool:
    """Whether a request can be sent there: by HTTP, and in the letters that it takes.

    >>> [_is_address(text) for text in ("http://a.example:80/b", "file:///etc/passwd", "http://")]
    [True, False, False]
    """
    if not re.fullmatch(r"https?://[\x21-\x7e]+", text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        host.encode("idna")
        return bool(host) and parts.port != 0
    except ValueError:
        return False


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode("ascii")
    except ValueError:
        raise InputError("expected a finite number, got one that is not") from None


def _whole(answer: HTTPResponse) -> bytes:
    """The content of an answer.

    Raises:
        ServiceError: it is too large.
        OSError, HTTPException: it broke off.
    """
    with answer:
        content = answer.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ServiceError(f"expected an answer of at most {MAX_BYTES // 10**6} MB, got more")
        # A connection that broke looks like an end, to `read` of so many bytes and in the headers.
        if answer.length or not (content or "Content-Length" in answer.headers):
            raise IncompleteRead(content, answer.length)
        return content


def _parsed(content: bytes) -> object:
    """JSON, or None where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _failure(answer: HTTPResponse, where: str) -> LegolabError:
    """The error that an answer stands for, by its status and the problem details in it."""
    status = answer.status
    document = _parsed(answer.read(_MAX_PROBLEM))
    detail = document.get("detail") if isinstance(document, dict) else None
    if not isinstance(detail, str) or not detail:
        said = f"{where} answered with {status} {plain(answer.reason)}".rstrip()
        if 300 <= status < 400:
            target = plain(answer.headers.get("Location", "elsewhere"))
            said = f"{where} sends us on to {target}, which is not followed"
        detail = f"expected a legolab service, but {said}"
        sentence = detail
    else:
        detail = plain(detail)
        sentence = f"{where} could not do it: {detail}"
    if status == HTTPStatus.UNAUTHORIZED:
        return RefusedError(f"the token was refused by {where}: {detail}")
    if 400 <= status < 500:
        return RefusedError(detail)
    return ServiceError(sentence)


def _retry_after(answer: HTTPResponse) -> float:
    """Seconds after which an answer asks us to come back; 0 where it does not say."""
    text = answer.headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0.0


def _unreachable(where: str, cause: object, timeout: float) -> ServiceError:
    match cause:
        case TimeoutError():
            return ServiceError(f"no answer from {where} within {timeout:g} s")
        case ssl.SSLCertVerificationError():
            return ServiceError(f"the certificate of {where} is no good: {cause.verify_message}")
        case socket.gaierror():
            return ServiceError(f"no answer from {where}: no such host is known")
        case IncompleteRead():
            return ServiceError(f"{where} broke off in the midst of its answer")
        case OSError():
            return ServiceError(f"no answer from {where}: {cause.strerror or cause}")
        case _:
            return ServiceError(f"expected a legolab service at {where}, got something else")
