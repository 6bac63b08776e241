"""Links that hold until they expire, and requests that S3 takes for its own."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from legolab.errors import InputError
from legolab.serve.signing import LinkSigner, sign_request

KEY = bytes(range(32))
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
EXPIRES = int(NOW.timestamp()) + 60
PATH = "0b9f0a54-8a5c-4d0e-9a53-2f6f3c1d7e10/preview.png"


@pytest.mark.parametrize("length", [0, 1, 31])
def test_a_short_key_is_refused(length):
    with pytest.raises(InputError, match=f"at least 32 bytes to sign links, got {length}"):
        LinkSigner(b"k" * length)


def test_a_link_holds_until_it_expires():
    signer = LinkSigner(KEY)
    signature = signer.sign(PATH, EXPIRES)
    assert signer.verify(PATH, EXPIRES, signature, NOW)
    assert signer.verify(PATH, EXPIRES, signature, NOW + timedelta(seconds=59.9))
    assert not signer.verify(PATH, EXPIRES, signature, NOW + timedelta(seconds=60))
    assert not signer.verify(PATH, EXPIRES, signature, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("path", "expires", "change"),
    [
        (PATH.replace("preview", "model"), EXPIRES, str),
        (PATH.replace("0b9f", "1b9f"), EXPIRES, str),
        ("../" + PATH, EXPIRES, str),
        (PATH + "\n", EXPIRES, str),
        ("", EXPIRES, str),
        (PATH, EXPIRES + 1, str),
        (PATH, EXPIRES * 10**30, str),
        (PATH, -EXPIRES, str),
        (PATH, EXPIRES, str.upper),
        (PATH, EXPIRES, lambda signature: signature[:-1]),
        (PATH, EXPIRES, lambda signature: signature + "0"),
        (PATH, EXPIRES, lambda signature: " " + signature),
        (PATH, EXPIRES, lambda signature: ""),
        (PATH, EXPIRES, lambda signature: "é" * 64),
        (PATH, EXPIRES, lambda signature: "\udc80" * 64),
        (PATH, EXPIRES, lambda signature: "\0" * 64),
        (PATH, EXPIRES, lambda signature: LinkSigner(KEY[::-1]).sign(PATH, EXPIRES)),
    ],
)
def test_a_changed_link_is_refused(path, expires, change):
    signer = LinkSigner(KEY)
    assert not signer.verify(path, expires, change(signer.sign(PATH, EXPIRES)), NOW)


@given(st.text(), st.integers(), st.text(), st.integers())
def test_no_two_links_have_one_signature(path, expires, other_path, other_expires):
    signer = LinkSigner(KEY)
    same = signer.sign(path, expires) == signer.sign(other_path, other_expires)
    assert same == ((path, expires) == (other_path, other_expires))


@given(st.text())
def test_what_is_no_signature_is_refused_whatever_it_is(signature):
    assert not LinkSigner(KEY).verify(PATH, EXPIRES, signature, NOW)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/results?lifecycle=", b"", {}),
        (
            "PUT",
            "/results?lifecycle=",
            b"<rules/>",
            {"Content-MD5": "abc=", "X-Amz-Acl": "private"},
        ),
        ("GET", "/results/pre/tmp/a.png", b"", {}),
        ("GET", "/results?prefix=a%2Fb&list-type=2&delimiter=%2F", b"", {}),
        ("PUT", "/", b"\x00\xff", {}),
    ],
)
def test_requests_are_signed_as_botocore_signs_them(method, path, body, headers):
    url = "http://127.0.0.1:9000" + path
    theirs = AWSRequest(method, url, data=body, headers=headers)
    S3SigV4Auth(Credentials("brick", "secret"), "s3", "eu-west-3").add_auth(theirs)
    then = datetime.strptime(theirs.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = sign_request(
        method,
        url,
        body,
        region="eu-west-3",
        access_key="brick",
        secret_key="secret",
        now=then,
        headers=headers,
    )
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
    assert ours["x-amz-content-sha256"] == theirs.headers["X-Amz-Content-SHA256"]


def test_a_server_that_checks_signatures_takes_ours(nanio):
    status, listing = nanio.ask("GET", f"/{nanio.bucket}?list-type=2&prefix=no%2Fsuch")
    assert status == 200
    assert b"<ListBucketResult" in listing
