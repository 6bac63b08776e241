"""Files: by a signed link or to their owner, as what they are, and nothing else of the disk."""

import uuid
from datetime import timedelta

import httpx
import pytest

from legolab.errors import StorageError
from tests.serve.service import MemoryStore, bearer, client_of, serving

pytestmark = pytest.mark.anyio
ID = str(uuid.uuid5(uuid.NAMESPACE_OID, "result"))
PICTURE = (b"\x89PNG\r\n", "image/png")
MODEL = (b"0 chair\n", "application/x-ldraw")
NOBODY = {"Authorization": ""}


@pytest.fixture
def store():
    store = MemoryStore()
    store.results[ID] = ("ada", {"preview.png": PICTURE, "model.ldr": MODEL})
    return store


@pytest.fixture
async def client(settings, store):
    async with client_of(settings, store) as client:
        yield client


@pytest.mark.parametrize(("name", "file"), [("preview.png", PICTURE), ("model.ldr", MODEL)])
async def test_the_owner_gets_a_file_as_what_it_is(client, name, file):
    answer = await client.get(f"/static/{ID}/{name}")
    assert (answer.content, answer.headers["content-type"]) == file
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "private, max-age=3600, immutable"


async def test_another_does_not_and_is_not_told_that_it_is_there(client, settings):
    bob = bearer(settings, "bob")
    theirs = await client.get(f"/static/{ID}/model.ldr", headers=bob)
    nobodys = await client.get(f"/static/{ID[::-1]}/model.ldr", headers=bob)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()
    assert (await client.get(f"/static/{ID}/model.ldr", headers=NOBODY)).status_code == 401


async def test_a_signed_link_opens_its_file_for_anybody_until_it_expires(client, store):
    good = store.link(ID, "model.ldr", timedelta(minutes=1))
    assert (await client.get(good, headers=NOBODY)).content == MODEL[0]
    expired = store.link(ID, "model.ldr", timedelta(seconds=-1))
    another_file = good.replace("model.ldr?", "preview.png?")
    for bad in (expired, another_file, good + "0"):
        answer = await client.get(bad, headers=NOBODY)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    half = good.partition("&")[0]
    assert (await client.get(half, headers=NOBODY)).status_code == 401


@pytest.mark.parametrize(
    "query",
    ["expires=soon&signature=x", f"expires={'9' * 5000}&signature=x", "expires=1e9&signature=x"],
)
async def test_a_link_that_is_none_is_refused(client, query):
    answer = await client.get(f"/static/{ID}/model.ldr?{query}", headers=NOBODY)
    assert answer.status_code in (403, 422)


TRAVERSALS = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cetc%5cpasswd",
    "....//....//etc/passwd",
    f"{ID}/../../../etc/passwd",
    f"{ID}/..%2f..%2f..%2fetc%2fpasswd",
    f"{ID}/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    f"{ID}/%252e%252e%252fetc%252fpasswd",
    f"{ID}/..",
    f"{ID}/.",
    f"{ID}/",
    f"{ID}",
    f"{ID}//model.ldr",
    f"{ID}/model.ldr/",
    f"{ID}/model.ldr%00.png",
    f"{ID}/%00",
    f"{ID}/model.ldr%0d%0aX-Evil:%201",
    f"{ID}/%c0%ae%c0%ae%c0%afetc",
    f"{ID}/.hidden.png",
    f"{ID}/result.json%20",
    f"{ID}/MODEL.LDR",
    f"{ID}/a{'b' * 3000}.png",
    f"{ID.upper()}/model.ldr",
    f"%2f{ID}/model.ldr",
    "~/model.ldr",
    f"file:{ID}/model.ldr",
]


def test_no_way_leads_out_of_the_store(settings, store):
    """Sent word for word over a socket, since clients tidy addresses up."""
    read = []
    store.read = lambda id, name: read.append((id, name)) or MODEL
    with serving(settings, store) as address, httpx.Client(timeout=10) as client:
        for path in TRAVERSALS:
            url = httpx.URL(address).copy_with(raw_path=b"/static/" + path.encode())
            answer = client.get(url, headers=bearer(settings))
            assert answer.status_code == 404, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert "x-evil" not in answer.headers
    assert read == []


async def test_a_store_that_does_not_answer_is_503(client, store):
    def down(id, name):
        raise StorageError("cannot read the store: connection refused")

    store.read = down
    answer = await client.get(f"/static/{ID}/model.ldr")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":storage")
