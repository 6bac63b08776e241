"""Tokens hold when all of them is right, and are refused with 401 for everything else."""

import base64
import json
import time
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from legolab.errors import InputError
from legolab.serve.auth import Refusal, Tokens, make_token
from tests.serve.service import SECRET, bearer, client_of, make_settings

JOB = "6f1c34a2-0d3f-5a52-9f0e-2f0c4a1b7d11"


def claims(**changes):
    now = int(time.time())
    standing = {"sub": "ada", "aud": "legolab", "iss": "legolab", "exp": now + 60, **changes}
    return {name: value for name, value in standing.items() if value is not None}


def pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_set(path, **keys):
    entries = [
        json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": kid}
        for kid, key in keys.items()
    ]
    path.write_text(json.dumps({"keys": entries}))
    return path


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def both(tmp_path, settings, rsa_key):
    """Settings with a secret and the public key "issuer-1"."""
    return replace(settings, jwks=key_set(tmp_path / "jwks.json", **{"issuer-1": rsa_key}))


def unsigned(header, payload):
    parts = (json.dumps(part).encode() for part in (header, payload))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def hs256_by_hand(key, kid, payload):
    """PyJWT refuses to sign with a public key, an attacker does not."""
    import hashlib
    import hmac

    body = unsigned({"alg": "HS256", "typ": "JWT", "kid": kid}, payload)[:-1]
    mac = hmac.digest(key, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_token_speaks_for_its_subject(settings):
    token = make_token(settings, "ada", timedelta(minutes=1))
    assert Tokens(settings).subject(token) == "ada"
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


def test_a_token_of_another_maker_may_name_no_key(settings):
    assert Tokens(settings).subject(jwt.encode(claims(), SECRET, "HS256")) == "ada"


def test_a_token_of_another_issuer_holds_by_its_public_key(both, rsa_key):
    token = jwt.encode(claims(), rsa_key, "RS256", headers={"kid": "issuer-1"})
    assert Tokens(both).subject(token) == "ada"


def test_secrets_are_rotated_by_key_id(settings):
    old = make_token(settings, "ada", timedelta(minutes=1))
    rotated = replace(settings, secret="another secret, long enough too!", former_secrets=(SECRET,))
    tokens = Tokens(rotated)
    assert tokens.subject(old) == "ada"
    assert tokens.subject(make_token(rotated, "bob", timedelta(minutes=1))) == "bob"
    assert Tokens(replace(rotated, former_secrets=())).subject(old) == Refusal(
        "the token is of a key that is not known"
    )


def bad_tokens(settings, key, other_key):
    good = make_token(settings, "ada", timedelta(minutes=1))
    header, payload, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    now = int(time.time())
    return {
        "alg none": unsigned({"alg": "none", "typ": "JWT"}, claims()),
        "alg none with our key": unsigned({"alg": "none", "typ": "JWT", "kid": kid}, claims()),
        "alg None, spelled": unsigned({"alg": "nOnE", "typ": "JWT", "kid": kid}, claims()),
        "wrong secret": jwt.encode(claims(), SECRET[::-1], "HS256", headers={"kid": kid}),
        "wrong RSA key": jwt.encode(claims(), other_key, "RS256", headers={"kid": "issuer-1"}),
        "unknown kid": jwt.encode(claims(), key, "RS256", headers={"kid": "issuer-2"}),
        "kid that is no text": unsigned({"alg": "HS256", "kid": ["a"]}, claims()),
        "RS256 by the key of HS256": jwt.encode(claims(), key, "RS256", headers={"kid": kid}),
        "HS256 by the public key": hs256_by_hand(pem(key), "issuer-1", claims()),
        "HS256 by the public key, no kid": hs256_by_hand(pem(key), None, claims()),
        "HS512": jwt.encode(claims(), SECRET * 2, "HS512", headers={"kid": kid}),
        "wrong audience": jwt.encode(claims(aud="another"), SECRET, "HS256"),
        "no audience": jwt.encode(claims(aud=None), SECRET, "HS256"),
        "wrong issuer": jwt.encode(claims(iss="another"), SECRET, "HS256"),
        "no issuer": jwt.encode(claims(iss=None), SECRET, "HS256"),
        "expired": jwt.encode(claims(exp=now - 1), SECRET, "HS256"),
        "no exp": jwt.encode(claims(exp=None), SECRET, "HS256"),
        "exp that is no number": jwt.encode(claims(exp="soon"), SECRET, "HS256"),
        "not yet": jwt.encode(claims(nbf=now + 60), SECRET, "HS256"),
        "no subject": jwt.encode(claims(sub=None), SECRET, "HS256"),
        "empty subject": jwt.encode(claims(sub=""), SECRET, "HS256"),
        "endless subject": jwt.encode(claims(sub="a" * 201), SECRET, "HS256"),
        "changed payload": f"{header}.{payload[:-2]}AA.{signature}",
        "changed signature": f"{header}.{payload}.{signature[:-4]}AAAA",
        "no signature": f"{header}.{payload}.",
        "two parts": f"{header}.{payload}",
        "a ticket": Tokens(settings).make_ticket("ada", JOB),
        "garbage": "garbage",
        "dots": "...",
        "bytes": "\xff\xfe\x00",
        "gigantic": "a" * 15_000,
    }


@pytest.mark.anyio
async def test_every_bad_token_is_401(both, rsa_key):
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    async with client_of(both, subject=None) as client:
        for name, token in bad_tokens(both, rsa_key, other_key).items():
            headers = {"Authorization": b"Bearer " + token.encode("latin-1")}
            answer = await client.get(f"/generate/{JOB}", headers=headers)
            assert answer.status_code == 401, name
            assert answer.headers["content-type"] == "application/problem+json"
            challenge = answer.headers["www-authenticate"]
            assert challenge.startswith('Bearer realm="legolab", error="invalid_token"'), name
            assert SECRET not in answer.text


@pytest.mark.anyio
@pytest.mark.parametrize("header", [None, "Basic YWRhOmFkYQ==", "Bearer", "Bearer ", "ada"])
async def test_no_token_is_401_without_an_error(settings, header):
    headers = {} if header is None else {"Authorization": header}
    async with client_of(settings, subject=None) as client:
        for method, path in [
            ("POST", "/generate"),
            ("GET", f"/generate/{JOB}"),
            ("DELETE", f"/generate/{JOB}"),
            ("POST", f"/generate/{JOB}/ticket"),
            ("GET", f"/generate/{JOB}/events"),
            ("POST", "/check"),
            ("GET", f"/static/{JOB}/model.ldr"),
        ]:
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"].startswith('Bearer realm="legolab"')


@pytest.mark.anyio
async def test_a_token_in_the_address_is_none(settings):
    token = bearer(settings)["Authorization"].removeprefix("Bearer ")
    async with client_of(settings, subject=None) as client:
        answer = await client.get(f"/generate/{JOB}/events", params={"ticket": token})
        assert answer.status_code == 401


def test_a_ticket_is_for_one_job_and_a_short_while(settings):
    tokens = Tokens(settings)
    ticket = tokens.make_ticket("ada", JOB)
    assert tokens.ticket_subject(ticket, JOB) == "ada"
    assert tokens.ticket_subject(ticket, JOB[::-1]) == Refusal("the ticket is for another job")
    inside = jwt.decode(ticket, options={"verify_signature": False})
    assert inside["exp"] - inside["iat"] == settings.ticket_seconds


@pytest.mark.parametrize("subject", ["", "a" * 201])
def test_nobody_gets_no_token(settings, subject):
    with pytest.raises(InputError, match="expected a subject of 1 to 200 characters"):
        make_token(settings, subject, timedelta(minutes=1))


def test_a_token_must_live(settings):
    with pytest.raises(InputError, match="expected a lifetime above 0"):
        make_token(settings, "ada", timedelta(0))


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"keys": [{"kty": "RSA", "kid": "a"}]}', '{"keys": ["a"]}', '{"keys": 3}'],
)
def test_a_damaged_key_set_is_refused(tmp_path, content):
    path = tmp_path / "jwks.json"
    path.write_text(content)
    with pytest.raises(InputError, match="LEGOLAB_JWKS: expected a JSON Web Key Set"):
        Tokens(make_settings(tmp_path, None, jwks=path))


def test_a_missing_key_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="LEGOLAB_JWKS: cannot read"):
        Tokens(make_settings(tmp_path, None, jwks=tmp_path / "none.json"))


def test_a_key_set_has_long_public_rsa_keys_alone(tmp_path, rsa_key):
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    path = key_set(tmp_path / "jwks.json", **{"issuer-1": rsa_key, "issuer-2": short})
    with pytest.raises(InputError, match=r"at least 2048 bits .* 'issuer-2'"):
        Tokens(make_settings(tmp_path, None, jwks=path))
    private = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key)) | {"kid": "private"}
    path.write_text(json.dumps({"keys": [private]}))
    with pytest.raises(InputError, match="'private'"):
        Tokens(make_settings(tmp_path, None, jwks=path))
