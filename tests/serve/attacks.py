"""What people try who want in: tokens, paths, bodies, prompts, sent byte by byte.

    python -m tests.serve.attacks

Prints each attack and its answer, and ends with 1 when one of them got what it came for.
"""

import base64
import hmac
import json
import re
import socket
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jwt

from tests.serve.running import running

CAPTION = {"prompt": "a chair"}
CLAIMS = {"sub": "developer", "aud": "legolab", "iss": "legolab"}


@dataclass(frozen=True)
class Attack:
    name: str
    head: str  # request line and headers, without the last empty line
    expected: tuple[int, ...]  # statuses that refuse it
    body: bytes = b""


def token(key, algorithm="HS256", headers=None, **claims):
    chosen = {**CLAIMS, "exp": time.time() + 60, **claims}
    made = {name: value for name, value in chosen.items() if value is not None}
    return jwt.encode(made, key, algorithm, headers=headers)


def part(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def signed_with(key, head, claims):
    """A token signed by hand, with a key that the library would not take."""
    text = f"{part(head)}.{part(claims)}"
    signature = hmac.digest(key, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def token_attacks(service, secret, job):
    live = {**CLAIMS, "exp": time.time() + 60}
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(live)}."
    head, claims, signature = token(secret).split(".")
    tokens = {
        "no token": None,
        "no algorithm (none)": unsigned,
        "NoNe": f"{part({'alg': 'NoNe'})}.{part(live)}.",
        "wrong key": token("another secret, which is long enough"),
        "empty key": signed_with(b"", {"alg": "HS256", "typ": "JWT"}, live),
        "another algorithm (HS512)": token(secret + "x" * 32, "HS512"),
        "wrong audience": token(secret, aud="another"),
        "audience of a ticket": token(secret, aud="legolab/events", job=job),
        "no audience": token(secret, aud=None),
        "wrong issuer": token(secret, iss="another"),
        "expired": token(secret, exp=time.time() - 1),
        "no end": token(secret, exp=None),
        "end as words": f"{head}.{part({**CLAIMS, 'exp': 'never'})}.{signature}",
        "not yet": token(secret, nbf=time.time() + 600),
        "no subject": token(secret, sub=None),
        "empty subject": token(secret, sub=""),
        "claims changed": f"{head}.{part({**live, 'sub': 'somebody'})}.{signature}",
        "signature cut off": f"{head}.{claims}.",
        "key named by a path": signed_with(
            b"", {"alg": "HS256", "kid": "../../../../dev/null"}, live
        ),
        "key brought along": token("x" * 40, headers={"jwk": {"kty": "oct", "k": "eHh4"}}),
        "10 kB of token": token(secret, more="x" * 10_000),
        "not a token": "..",
    }
    for name, text in tokens.items():
        line = "" if text is None else f"\r\nAuthorization: Bearer {text}"
        yield Attack(f"token: {name}", f"GET /generate/{job} HTTP/1.1{line}", (401,))
    other = f"\r\nAuthorization: Bearer {token(secret, sub='somebody-else')}"
    for method, path in [
        ("GET", f"/generate/{job}"),
        ("DELETE", f"/generate/{job}"),
        ("POST", f"/generate/{job}/ticket"),
        ("GET", f"/generate/{job}/events"),
    ]:
        yield Attack(
            f"another's job: {method} {path[-7:]}", f"{method} {path} HTTP/1.1{other}", (404,)
        )
    ticket = token(secret, aud="legolab/events", job="another-job")
    path = f"/generate/{job}/events?ticket={ticket}"
    yield Attack("ticket of another job", f"GET {path} HTTP/1.1", (401,))
    path = service.look(job)["png_url"].partition("?")[0]
    yield Attack("another's file", f"GET {path} HTTP/1.1{other}", (404,))


def path_attacks(service, job):
    link = service.look(job)["ldr_url"]
    path, query = link.split("?")
    result = path.split("/")[2]
    signed = f"?{query}"
    late = re.sub(r"expires=\d+", "expires=99999999999", signed)
    paths = {
        "no signature": path,
        "signature changed": f"{path}{signed[:-1]}{'0' if signed[-1] != '0' else '1'}",
        "end put off": f"{path}{late}",
        "signature of another file": f"/static/{result}/preview.png{signed}",
        "expired link": f"{path}?expires=1&signature={'0' * 64}",
        "up": f"/static/{result}/../../../secret{signed}",
        "up, encoded": f"/static/{result}/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret{signed}",
        "up, encoded twice": f"/static/{result}/%252e%252e%252fsecret{signed}",
        "up by the id": f"/static/..%2f..%2f/secret{signed}",
        "backslashes": f"/static/{result}/..%5c..%5csecret{signed}",
        "absolute": f"/static/{result}//etc/passwd{signed}",
        "absolute, encoded": f"/static/{result}/%2fetc%2fpasswd{signed}",
        "null byte": f"/static/{result}/model.ldr%00.png{signed}",
        "overlong UTF-8": f"/static/{result}/%c0%ae%c0%ae%c0%afsecret{signed}",
        "the manifest": f"/static/{result}/result.json{signed}",
        "id in capitals": f"/static/{result.upper()}/model.ldr{signed}",
        "a draft": f"/static/.{result}.draft/model.ldr{signed}",
        "id that is none": f"/static/{'0' * 2000}/model.ldr{signed}",
        "a folder": f"/static/{result}/{signed}",
        "the store itself": "/static/",
    }
    for name, target in paths.items():
        yield Attack(f"path: {name}", f"GET {target} HTTP/1.1", (401, 403, 404, 405, 422))


def body_attacks(bearer):
    post = f"POST /generate HTTP/1.1\r\nAuthorization: Bearer {bearer}"
    post += "\r\nContent-Type: application/json"

    def sent(name, document, expected=(422,)):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return Attack(f"body: {name}", f"{post}\r\nContent-Length: {len(body)}", expected, body)

    yield sent("a megabyte", {"prompt": "x" * 1_000_000}, (413,))
    yield Attack(
        "body: said to be a terabyte",
        f"{post}\r\nContent-Length: 1099511627776",
        (413,),
        b"{" * 100_000,
    )
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    yield Attack(
        "body: endless chunks", f"{post}\r\nTransfer-Encoding: chunked", (413,), chunk * 64
    )
    yield sent("deep", b"[" * 15_000, (400, 422))
    yield sent("not JSON", b"\xff\xfe\x00{")
    yield sent("empty", b"")
    yield sent("more than is known", CAPTION | {"is_admin": True})
    yield sent("seed as words", CAPTION | {"seed": "7"})
    yield sent("seed too large", CAPTION | {"seed": 2**64})
    yield sent("seed not a number", b'{"prompt": "a chair", "seed": NaN}')
    yield sent("temperature 0", CAPTION | {"temperature": 0})
    yield sent("temperature without end", b'{"prompt": "a chair", "temperature": 1e999}')
    yield sent("a billion bricks", CAPTION | {"max_bricks": 10**9})
    yield sent("prompt of 0 characters", {"prompt": ""})
    yield sent("prompt of blanks", {"prompt": "   "})
    yield sent("prompt of 1001 characters", {"prompt": "a chair " * 126})
    yield sent("prompt of 1000 characters", {"prompt": ("a chair " * 125)[:999]}, (202,))
    yield sent("prompt of control characters", {"prompt": "\x00\x1b[2J chair"}, (202, 422))
    yield sent("half a surrogate", b'{"prompt": "a chair \\ud800"}', (202, 422))
    yield sent("prompt that is a list", {"prompt": ["a chair"]})
    yield Attack("head: 100 kB of it", f"GET /healthz HTTP/1.1\r\nX: {'x' * 100_000}", (400, 431))
    yield Attack("head: a line too long", f"GET /{'x' * 100_000} HTTP/1.1", (400, 404, 414, 431))
    yield Attack(
        "key: a line break",
        f"{post}\r\nIdempotency-Key: a\tb\r\nContent-Length: 20",
        (422,),
        b'{"prompt":"a chair"}',
    )


def answer(url, attack):
    """The status of what comes back; 0 when the connection was closed instead."""
    address = urlsplit(url)
    request = (
        f"{attack.head}\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode()
        + attack.body
    )
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        with suppress(OSError):  # refused before all of it was sent
            connection.sendall(request)
        try:
            first = connection.recv(65_536)
        except OSError:
            return 0, b""
    match = re.match(rb"HTTP/1\.1 (\d+)", first)
    return (int(match[1]) if match else 0), first


def run(service, secret):
    """(name, status, whether that is as it should be) of every attack."""
    job = service.order(seed=7)
    assert service.finished(job)["status"] == "finished"
    attacks = [
        *token_attacks(service, secret, job),
        *path_attacks(service, job),
        *body_attacks(service.token),
    ]
    for attack in attacks:
        status, text = answer(service.url, attack)
        gone = status == 0 and attack.expected[0] in (400, 413)  # closed before all was sent
        right = (status in attack.expected or gone) and secret.encode() not in text
        yield attack.name, status, right
    assert service.look(job)["status"] == "finished"


def main():
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as service:
        secret = (Path(folder) / "kept" / "secret").read_text()
        rows = list(run(service, secret))
    for name, status, right in rows:
        print(f"{name:<40} {status or 'closed':>6}  {'as it should' if right else 'WRONG'}")
    wrong = sum(not right for _, _, right in rows)
    print(f"{len(rows)} attacks, {wrong} not answered as they should be")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
