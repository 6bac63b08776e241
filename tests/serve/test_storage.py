"""Results are whole or not there at all, wherever they lie, and nothing leads out of the store."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid1, uuid4

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legolab.errors import InputError, NotStoredError, StorageError
from legolab.serve.manifest import Manifest
from legolab.serve.storage import open_store

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = bytes(range(32))
MINUTE = timedelta(minutes=1)
PICTURE = bytes(range(256)) * 40
FILES = {
    "preview.png": (PICTURE, "image/png"),
    "model.ldr": (b"0 bricks\r\n", "application/x-ldraw"),
    "report.json": ("{}ü".encode(), "application/json; charset=utf-8"),
    "empty.txt": (b"", "text/plain"),
}


@pytest.fixture(params=["folder", "moto", "nanio"])
def store(request, tmp_path):
    """A test with this one runs against all three."""
    if request.param == "folder":
        return open_store(f"file://{tmp_path}/store", link_key=KEY)
    return request.getfixturevalue(request.param).open(f"{request.param}/{uuid4()}")


def fetch(url):
    """Status, content and media type, or the status alone of a refusal."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return (refusal.code,)


def test_a_result_reads_as_it_was_published(store):
    before = datetime.now(UTC).replace(microsecond=0)
    id = store.publish(FILES, "ada@example.org")
    assert str(UUID(id)) == id and UUID(id).version == 4
    for name, published in FILES.items():
        assert store.read(id, name) == published
    manifest = store.manifest(id)
    assert (manifest.id, manifest.owner) == (id, "ada@example.org")
    assert before <= manifest.created <= datetime.now(UTC)
    assert {name: file.media_type for name, file in manifest.files.items()} == {
        name: media_type for name, (_, media_type) in FILES.items()
    }
    assert manifest.files["preview.png"].size == 10240
    assert len(manifest.files["preview.png"].sha256) == 64


def test_every_result_has_its_own_id(store):
    ids = {store.publish({"a.txt": (bytes([n]), "text/plain")}, "ada") for n in range(5)}
    assert len(ids) == 5
    assert sorted(store.read(id, "a.txt")[0] for id in ids) == [bytes([n]) for n in range(5)]


@pytest.mark.parametrize("owner", ["ada", "Zoë\n<b>", "\udc80", "x" * 5000, "../..", '"}'])
def test_any_owner_is_kept_to_the_letter(tmp_path, owner):
    store = open_store(str(tmp_path))
    assert store.manifest(store.publish(FILES, owner)).owner == owner


def test_promotion_keeps_files_types_and_owner(store):
    id = store.publish(FILES, "ada")
    before = store.manifest(id)
    for _ in range(3):
        store.promote(id)
        assert store.manifest(id) == before
        assert store.read(id, "preview.png") == (PICTURE, "image/png")


@pytest.mark.parametrize("steps", range(5))
def test_a_result_promoted_while_it_is_read_is_never_out_of_sight(tmp_path, monkeypatch, steps):
    """Another process promotes it when the reader has looked at so many places."""
    reader, other = open_store(str(tmp_path)), open_store(str(tmp_path))
    get, looks = reader._get, []

    def promote_and_get(path):
        if len(looks) == steps:
            other.promote(id)
        looks.append(path)
        return get(path)

    monkeypatch.setattr(reader, "_get", promote_and_get)
    for read in (reader.manifest, lambda id: reader.read(id, "model.ldr")):
        looks.clear()
        id = other.publish(FILES, "ada")
        assert read(id)


def test_what_is_deleted_is_not_there(store):
    fleeting, kept = store.publish(FILES, "ada"), store.publish(FILES, "ada")
    other = store.publish(FILES, "ada")
    store.promote(kept)
    for id in (fleeting, kept):
        for _ in range(2):
            store.delete(id)
        for look in (store.manifest, store.promote, lambda id: store.read(id, "preview.png")):
            with pytest.raises(NotStoredError, match=id):
                look(id)
    assert store.read(other, "model.ldr") == FILES["model.ldr"]


def test_large_files_are_stored_whole(store):
    content = os.urandom(6_000_000)  # over the size from which obstore would split it
    id = store.publish({"large.bin": (content, "application/octet-stream")}, "ada")
    assert store.read(id, "large.bin")[0] == content


@pytest.mark.parametrize(
    ("files", "owner", "message"),
    [
        ({}, "ada", "at least one file, got none"),
        (FILES, "", "needs an owner"),
        ({"a.txt": (b"", "text")}, "ada", "expected a media type such as 'image/png', got 'text'"),
        ({"a.txt": (b"", "text/plain\r\nX: 1")}, "ada", "expected a media type"),
        ({"a.txt": (b"", "")}, "ada", "expected a media type"),
    ],
)
def test_what_cannot_be_a_result_is_refused(tmp_path, files, owner, message):
    with pytest.raises(InputError, match=re.escape(message)):
        open_store(str(tmp_path)).publish(files, owner)
    assert os.listdir(tmp_path / "tmp") == []


# Ids and names that try to leave the store.

SOME_ID = "0b9f0a54-8a5c-4d0e-9a53-2f6f3c1d7e10"
BAD_IDS = [
    "",
    ".",
    "..",
    "/",
    "tmp",
    "keep",
    "../keep",
    "../../etc/passwd",
    "..\\..\\windows",
    "..%2f..%2fetc",
    "%2e%2e%2f%2e%2e%2fetc",
    "..%252f..%252fetc",
    "..%c0%af..%c0%afetc",
    "..;/etc",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "C:\\windows",
    "~",
    "*",
    "preview.png",
    SOME_ID.upper(),
    SOME_ID.replace("-", ""),
    "{" + SOME_ID + "}",
    "urn:uuid:" + SOME_ID,
    SOME_ID + "\n",
    SOME_ID + "\0",
    SOME_ID + "\0.png",
    SOME_ID + "/",
    SOME_ID + "/..",
    SOME_ID + "/../..",
    SOME_ID + "%2f..",
    "." + SOME_ID + ".draft",
    " " + SOME_ID,
    SOME_ID.replace("0", "\u0660"),
    SOME_ID.replace("a", "\uff41"),
    SOME_ID.replace("-4d0e-", "-1d0e-"),
    SOME_ID.replace("-9a53-", "-7a53-"),
    str(uuid1()),
    "0" * 36,
    "x" * 100_000,
    "\udc80",
]
BAD_NAMES = [
    "",
    ".",
    "..",
    "/",
    "../result.json",
    "../../canary",
    "..\\canary",
    "..%2fcanary",
    "%2e%2e/canary",
    "%2e%2e%2fcanary",
    "..%252fcanary",
    "..%c0%afcanary",
    "a/../../canary",
    "./preview.png",
    "preview.png/",
    "preview.png/..",
    "preview.png\n",
    "preview.png\0",
    "preview.png\0.txt",
    "preview.png%00",
    "\0",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "C:canary",
    "~root",
    ".hidden",
    "result.json",
    "PREVIEW.PNG",
    "-rf",
    "a b",
    "a:b",
    "a?b",
    "a#1",
    "pre\u200bview.png",
    "\uff0e\uff0e\uff0fcanary",
    "x" * 101,
    "\udc80",
]


def everything_in(folder):
    return sorted((str(path), path.is_file() and path.read_bytes()) for path in folder.rglob("*"))


@pytest.mark.parametrize("id", BAD_IDS)
def test_no_id_leads_out_of_a_folder(tmp_path, id):
    (tmp_path / "canary").write_text("outside")
    store = open_store(str(tmp_path / "store"), link_key=KEY)
    store.publish(FILES, "ada")
    before = everything_in(tmp_path)
    for name in ("preview.png", "canary", "passwd", "result.json"):
        with pytest.raises(NotStoredError):
            store.read(id, name)
        with pytest.raises(NotStoredError):
            store.link(id, name, MINUTE)
    for look in (store.manifest, store.promote):
        with pytest.raises(NotStoredError):
            look(id)
    store.delete(id)
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("id", BAD_IDS)
def test_no_id_that_cannot_be_reaches_a_bucket(id):
    """Nobody listens there, so a request would be a StorageError."""
    store = open_store(
        "s3://results", endpoint="http://127.0.0.1:1", region="x", access_key="x", secret_key="x"
    )
    for look in (store.manifest, store.promote):
        with pytest.raises(NotStoredError):
            look(id)
    with pytest.raises(NotStoredError):
        store.read(id, "preview.png")
    with pytest.raises(NotStoredError):
        store.link(id, "preview.png", MINUTE)
    store.delete(id)


def test_no_name_leads_out_of_the_store(store):
    id = store.publish(FILES, "ada")
    for name in BAD_NAMES:
        with pytest.raises(NotStoredError):
            store.read(id, name)
        with pytest.raises(NotStoredError):
            store.link(id, name, MINUTE)
        with pytest.raises(InputError, match="expected a file name"):
            store.publish({"good.txt": (b"", "text/plain"), name: (b"", "text/plain")}, "ada")
    assert set(store.manifest(id).files) == set(FILES)


@given(id=st.text(), name=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_whatever_the_id_and_the_name_nothing_is_found_or_made(tmp_path, id, name):
    store = open_store(str(tmp_path))
    with pytest.raises(NotStoredError):
        store.read(id, name)
    store.delete(id)
    assert sorted(os.listdir(tmp_path)) == ["keep", "tmp"]
    assert os.listdir(tmp_path / "tmp") == os.listdir(tmp_path / "keep") == []


def test_no_symlink_is_followed(tmp_path):
    """Each leads to a true result, with a manifest and hashes that fit: the link alone is wrong."""
    store = open_store(str(tmp_path / "store"), link_key=KEY)
    elsewhere = open_store(str(tmp_path / "elsewhere"))

    whole = elsewhere.publish(FILES, "ada")
    (tmp_path / "store/tmp" / whole).symlink_to(tmp_path / "elsewhere/tmp" / whole)
    relative = elsewhere.publish(FILES, "ada")
    (tmp_path / "store/keep" / relative).symlink_to(Path("../../elsewhere/tmp") / relative)
    for id in (whole, relative):
        for look in (store.manifest, store.promote, lambda id: store.link(id, "model.ldr", MINUTE)):
            with pytest.raises(NotStoredError):
                look(id)
        with pytest.raises(StorageError, match="symbolic link"):
            store.delete(id)
        assert elsewhere.read(id, "preview.png") == FILES["preview.png"]

    id = store.publish(FILES, "ada")
    for name in ("preview.png", "result.json"):
        inside, outside = tmp_path / "store/tmp" / id / name, tmp_path / name
        inside.rename(outside)
        inside.symlink_to(outside)
        with pytest.raises(NotStoredError):
            store.read(id, "preview.png")


def test_a_store_whose_own_folders_lead_elsewhere_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "store").mkdir()
    (tmp_path / "store/tmp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        open_store(str(tmp_path / "store"))

    store = open_store(str(tmp_path / "good"))
    (tmp_path / "good/tmp").rmdir()
    (tmp_path / "good/tmp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        store.publish(FILES, "ada")
    with pytest.raises(StorageError, match="symbolic link"):
        store.sweep(datetime.now(UTC))
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_store_may_itself_be_reached_by_a_symlink(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "disk")
    store = open_store(str(tmp_path / "store"))
    assert store.read(store.publish(FILES, "ada"), "model.ldr") == FILES["model.ldr"]


def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path):
    store = open_store(str(tmp_path))
    id = store.publish(FILES, "ada")
    spot = tmp_path / "tmp" / id / "preview.png"
    spot.unlink()
    os.mkfifo(spot)
    with pytest.raises(NotStoredError):
        store.read(id, "preview.png")


def test_results_are_for_the_eyes_of_their_owner(tmp_path):
    open_store(str(tmp_path / "store"))
    for place in ("tmp", "keep"):
        assert (tmp_path / "store" / place).stat().st_mode & 0o777 == 0o700


# What was damaged is told, and never handed out.


@pytest.mark.parametrize("content", [b"", PICTURE[:-1], PICTURE + b"0", b"\0" * len(PICTURE)])
def test_content_that_changed_is_not_handed_out(tmp_path, content):
    store = open_store(str(tmp_path))
    id = store.publish(FILES, "ada")
    (tmp_path / "tmp" / id / "preview.png").write_bytes(content)
    with pytest.raises(StorageError, match=r"preview\.png of result .* is not as it was published"):
        store.read(id, "preview.png")


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: b"",
        lambda manifest: b"\xff\xfe",
        lambda manifest: b"[]",
        lambda manifest: json.dumps(manifest | {"schema": "legolab.result/9"}).encode(),
        lambda manifest: json.dumps(manifest | {"id": str(uuid4())}).encode(),
        lambda manifest: json.dumps(manifest | {"created": "yesterday"}).encode(),
        lambda manifest: json.dumps(manifest | {"files": {"preview.png": {}}}).encode(),
        lambda manifest: json.dumps(manifest | {"files": {"../x": {}}}).encode(),
        lambda manifest: json.dumps(manifest | {"files": None}).encode(),
    ],
)
def test_a_damaged_manifest_is_told(tmp_path, change):
    store = open_store(str(tmp_path))
    id = store.publish(FILES, "ada")
    spot = tmp_path / "tmp" / id / "result.json"
    spot.write_bytes(change(json.loads(spot.read_bytes())))
    for look in (store.manifest, store.promote, lambda id: store.read(id, "preview.png")):
        with pytest.raises(StorageError, match="the manifest of"):
            look(id)


# What fails leaves nothing to be seen.


@contextmanager
def as_nobody():
    """Root may write anywhere, so for a while the process is somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that others may enter, as they may not those that pytest makes."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_folder_that_cannot_be_written_is_told(open_folder):
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(StorageError, match="cannot open the store: Permission denied"):
        open_store(str(open_folder / "store"))
    open_folder.chmod(0o755)
    store = open_store(str(open_folder / "store"))
    for place in ("tmp", "keep"):
        (open_folder / "store" / place).chmod(0o555)
    with as_nobody(), pytest.raises(StorageError, match="begin a result: Permission denied"):
        store.publish(FILES, "ada")
    assert os.listdir(open_folder / "store/tmp") == []


def test_a_folder_that_cannot_be_read_is_told(open_folder):
    store = open_store(str(open_folder / "store"))
    id = store.publish(FILES, "ada")
    (open_folder / "store/tmp").chmod(0o000)
    for look in (store.manifest, store.promote):
        with as_nobody(), pytest.raises(StorageError, match="Permission denied"):
            look(id)


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder, why in (("file", "File exists"), ("file/store", "Not a directory")):
        with pytest.raises(StorageError, match=f"cannot open the store: {why}"):
            open_store(str(tmp_path / folder))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    """The system lets this process write 5000 bytes to a file, as a full disk would."""
    program = """
import os, resource, sys
from legolab.errors import StorageError
from legolab.serve.storage import open_store
store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
files = {"model.ldr": (b"0" * 4000, "text/plain"), "preview.png": (b"0" * 6000, "image/png")}
try:
    store.publish(files, "ada")
except StorageError as error:
    print(error, os.listdir(sys.argv[1] + "/tmp"))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout == "cannot store preview.png: File too large []\n"


def test_a_process_killed_while_it_publishes_leaves_nothing_to_be_seen(tmp_path):
    """It dies in the middle of the second file, without a chance to clear away."""
    program = """
import os, signal, sys
from legolab.serve.storage import open_store
store = open_store(sys.argv[1])
put = store._put
def put_or_die(path, content, media_type):
    if path.endswith("model.ldr"):
        os.kill(os.getpid(), signal.SIGKILL)
    put(path, content, media_type)
store._put = put_or_die
store.publish({"a.txt": (b"a", "text/plain"), "model.ldr": (b"0", "text/plain")}, "ada")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, timeout=60, check=False
    )
    assert ended.returncode == -9
    (leftover,) = os.listdir(tmp_path / "tmp")
    assert re.fullmatch(r"\.[0-9a-f-]{36}\.draft", leftover)
    store = open_store(str(tmp_path))
    for id in (leftover, leftover[1:37]):
        with pytest.raises(NotStoredError):
            store.manifest(id)
    assert store.sweep(datetime.now(UTC)) == []
    assert os.listdir(tmp_path / "tmp") == [leftover]
    assert store.sweep(datetime.now(UTC) + timedelta(minutes=61)) == []
    assert os.listdir(tmp_path / "tmp") == []


def test_a_promotion_that_fails_leaves_the_result_where_it_was(open_folder):
    store = open_store(str(open_folder))
    id = store.publish(FILES, "ada")
    for place in ("tmp", "keep"):
        (open_folder / place).chmod(0o555)
    with as_nobody(), pytest.raises(StorageError, match=f"cannot promote {id}: Permission denied"):
        store.promote(id)
    assert store.read(id, "preview.png") == FILES["preview.png"]


def test_a_stopped_server_is_told(own_nanio):
    store = own_nanio.open()
    id = store.publish(FILES, "ada")
    own_nanio.stop()
    started = time.monotonic()
    for ask in (
        store.manifest,
        store.promote,
        store.delete,
        lambda id: store.read(id, "preview.png"),
        lambda id: store.link(id, "preview.png", MINUTE),
        lambda id: store.publish(FILES, "ada"),
    ):
        with pytest.raises(StorageError, match="Connection refused"):
            ask(id)
    assert time.monotonic() - started < 60
    own_nanio.start()
    assert store.read(id, "preview.png") == FILES["preview.png"]


@pytest.mark.parametrize("stored", [1, 2, 4])
def test_a_server_that_stops_halfway_has_half_a_result_that_nobody_sees(
    own_nanio, monkeypatch, stored
):
    store = own_nanio.open()
    put, done = store._put, []

    def put_and_stop(path, content, media_type):
        put(path, content, media_type)
        done.append(path)
        if len(done) == stored:
            own_nanio.stop()

    monkeypatch.setattr(store, "_put", put_and_stop)
    with pytest.raises(StorageError, match=r"cannot store .*: Connection refused"):
        store.publish(FILES, "ada")
    monkeypatch.undo()
    own_nanio.start()
    id = done[0].split("/")[1]
    assert len(os.listdir(own_nanio.folder / own_nanio.bucket / "tmp" / id)) == stored
    for look in (store.manifest, store.promote, lambda id: store.read(id, "preview.png")):
        with pytest.raises(NotStoredError):
            look(id)


def test_what_a_server_took_before_an_error_is_cleared_away(nanio, monkeypatch):
    store = nanio.open("clear")
    put = store._put

    def put_all_but_the_manifest(path, content, media_type):
        if path.endswith("result.json"):
            raise StorageError("cannot store result.json: it is late")
        put(path, content, media_type)

    monkeypatch.setattr(store, "_put", put_all_but_the_manifest)
    with pytest.raises(StorageError, match="it is late"):
        store.publish(FILES, "ada")
    left = [path for path in (nanio.folder / nanio.bucket / "clear").rglob("*") if path.is_file()]
    assert left == []


def test_a_promotion_broken_off_is_not_seen_and_can_be_done_again(s3_server, monkeypatch):
    store = s3_server.open(str(uuid4()))
    id = store.publish(FILES, "ada")
    copy = obstore.copy

    def copy_all_but_the_manifest(objects, path, to):
        if path.endswith("result.json"):
            raise OSError(5, "Input/output error")
        copy(objects, path, to)

    monkeypatch.setattr(obstore, "copy", copy_all_but_the_manifest)
    with pytest.raises(StorageError, match="cannot promote"):
        store.promote(id)
    assert store._manifest_in("keep", id) is None
    monkeypatch.undo()
    store.promote(id)
    assert store._manifest_in("keep", id) == store.manifest(id)


def test_a_result_that_a_rule_has_begun_to_remove_is_not_promoted(nanio):
    """A bucket removes object by object, in any order."""
    store = nanio.open("going")
    id = store.publish(FILES, "ada")
    (nanio.folder / nanio.bucket / "going/tmp" / id / "model.ldr").unlink()
    with pytest.raises(NotStoredError, match="no longer whole"):
        store.promote(id)
    with pytest.raises(NotStoredError):
        store.read(id, "model.ldr")
    assert store._manifest_in("keep", id) is None
    assert store.read(id, "preview.png") == FILES["preview.png"]


def test_many_publish_promote_and_read_one_store_at_once(store):
    shared = store.publish(FILES, "ada")

    def work(number):
        own = store.publish({"a.txt": (b"%d" % number, "text/plain")}, "ada")
        store.promote(shared)
        store.promote(own)
        assert store.read(shared, "preview.png") == FILES["preview.png"]
        return store.read(own, "a.txt")[0]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(32))) == [b"%d" % number for number in range(32)]


def test_a_server_that_never_answers_is_told():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = open_store(
            "s3://results",
            endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}",
            region="x",
            access_key="x",
            secret_key="x",
            timeout=timedelta(seconds=0.3),
        )
        for ask in (
            lambda: store.publish(FILES, "ada"),
            lambda: store.manifest(SOME_ID),
            store.set_lifecycle,
        ):
            with pytest.raises(StorageError, match=r"no answer in time|timed out"):
                ask()


def test_a_wrong_secret_and_a_missing_bucket_are_told(nanio):
    store = nanio.open(secret_key="another")
    for ask in (lambda: store.publish(FILES, "ada"), lambda: store.manifest(SOME_ID)):
        with pytest.raises(StorageError, match="SignatureDoesNotMatch: The request signature"):
            ask()
    (nanio.folder / "gone").mkdir()
    keys = {"region": nanio.region, "access_key": nanio.access_key, "secret_key": nanio.secret_key}
    store = open_store("s3://gone", endpoint=nanio.url, **keys)
    id = store.publish({"a.txt": (b"a", "text/plain")}, "ada")
    store.delete(id)
    shutil.rmtree(nanio.folder / "gone")
    for ask in (lambda: store.publish(FILES, "ada"), lambda: store.manifest(id)):
        with pytest.raises(StorageError, match="NoSuchBucket: "):
            ask()


def test_the_environment_changes_nothing(nanio, monkeypatch):
    """obstore reads these, and would go elsewhere or send a token of another account."""
    for name, value in {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "else",
        "AWS_REGION": "mars-1",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
    }.items():
        monkeypatch.setenv(name, value)
    store = nanio.open("environment")
    id = store.publish(FILES, "ada")
    link = store.link(id, "model.ldr", MINUTE)
    assert "Token" not in link
    assert fetch(link)[1] == FILES["model.ldr"][0]


# Forks: obstore's threads do not come along.


def test_a_forked_child_uses_a_store_unless_its_parent_has(tmp_path):
    program = """
import os, sys
from legolab.errors import StorageError
from legolab.serve.storage import open_store
store = open_store(sys.argv[1])
def in_a_child():
    child = os.fork()
    if child == 0:
        try:
            print(len(store.publish({"a.txt": (b"a", "text/plain")}, "ada")), flush=True)
        except StorageError as error:
            print(error, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
in_a_child()
in_a_child()
store.publish({"a.txt": (b"a", "text/plain")}, "ada")
in_a_child()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, second, third = ended.stdout.splitlines()
    assert first == second == "36"
    assert "the process that this one was forked from has used a store" in third
    assert len(os.listdir(tmp_path / "tmp")) == 3


# Links.


def test_a_local_link_holds_until_it_expires(tmp_path):
    now = datetime(2026, 7, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    store = open_store(str(tmp_path), link_key=KEY, links_at="/files", clock=lambda: now)
    id = store.publish(FILES, "ada")
    parts = urlsplit(store.link(id, "preview.png", MINUTE))
    assert parts.path == f"/files/{id}/preview.png"
    ((expires,), (signature,)) = parse_qs(parts.query).values()
    path = parts.path.removeprefix("/files/")
    assert store.verify(path, int(expires), signature, now + MINUTE)
    assert not store.verify(path, int(expires), signature, now + MINUTE + timedelta(seconds=1))
    assert not store.verify(f"{id}/model.ldr", int(expires), signature, now)
    store.promote(id)
    assert store.link(id, "preview.png", MINUTE) == parts.geturl()
    for other in (open_store(str(tmp_path), link_key=KEY[::-1]), open_store(str(tmp_path))):
        assert not other.verify(path, int(expires), signature, now)


def test_without_a_key_there_are_no_local_links(tmp_path):
    store = open_store(str(tmp_path))
    id = store.publish(FILES, "ada")
    with pytest.raises(InputError, match="need a key to sign them"):
        store.link(id, "preview.png", MINUTE)
    with pytest.raises(InputError, match="at least 32 bytes to sign links, got 5"):
        open_store(str(tmp_path), link_key=b"short")


@pytest.mark.parametrize(
    "length", [timedelta(), timedelta(seconds=0.9), -MINUTE, 8 * 24 * 60 * MINUTE]
)
def test_a_link_is_of_a_second_to_seven_days(store, length):
    id = store.publish(FILES, "ada")
    with pytest.raises(InputError, match="expected a link of 1 second to 7 days"):
        store.link(id, "preview.png", length)


def test_a_presigned_link_gives_content_and_type(s3_server):
    store = s3_server.open(f"links/{uuid4()}")
    id = store.publish(FILES, "ada")
    for _ in ("fleeting", "promoted"):
        for name, (content, media_type) in FILES.items():
            assert fetch(store.link(id, name, MINUTE)) == (200, content, media_type)
        store.promote(id)
    assert "/keep/" in store.link(id, "preview.png", MINUTE)
    assert not store.verify(f"{id}/preview.png", 2**40, "", datetime.now(UTC))


def test_a_presigned_link_ends(nanio):
    """moto asks for no signature, so it is nanio that refuses."""
    store = nanio.open("links")
    id = store.publish(FILES, "ada")
    link = store.link(id, "preview.png", timedelta(seconds=1))
    deadline = time.monotonic() + 10
    answers = {fetch(link)[0]}
    while 403 not in answers and time.monotonic() < deadline:
        answers.add(fetch(link)[0])
    assert answers == {200, 403}


def test_a_presigned_link_is_for_one_file_and_one_time(nanio):
    store = nanio.open("links")
    id = store.publish(FILES, "ada")
    link = store.link(id, "preview.png", MINUTE)
    assert fetch(link)[0] == 200
    for changed in (
        link.replace("preview.png", "model.ldr"),
        link.replace("preview.png", "result.json"),
        link.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        link[:-1] + ("0" if link[-1] != "0" else "1"),
        link.partition("?")[0],
    ):
        assert changed != link
        assert fetch(changed) == (403,)


# Opening.


@pytest.mark.parametrize("folder", ["plain", "with space & ü", "50%20", "a#1", "deep/er/still"])
def test_any_folder_may_be_a_store(tmp_path, folder):
    store = open_store(str(tmp_path / folder))
    id = store.publish(FILES, "ada")
    assert open_store((tmp_path / folder).as_uri()).read(id, "model.ldr") == FILES["model.ldr"]
    assert (tmp_path / folder / "tmp" / id / "model.ldr").exists()


def test_a_relative_path_is_of_the_moment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("store")
    id = store.publish(FILES, "ada")
    monkeypatch.chdir("/")
    assert store.read(id, "model.ldr") == FILES["model.ldr"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "expected a folder or s3://bucket"),
        ("a\0b", "expected a folder or s3://bucket"),
        ("file:///a%00b", "expected file:///folder"),
        ("file://host/folder", "expected file:///folder"),
        ("file://", "expected file:///folder"),
        ("gs://bucket", "expected a folder, file:// or s3://"),
        ("http://bucket", "expected a folder, file:// or s3://"),
        ("s3://", "expected s3://bucket/prefix"),
        ("s3://B", "expected s3://bucket/prefix"),
        ("s3://bucket/../x", "expected s3://bucket/prefix"),
        ("s3://bucket/a b", "expected s3://bucket/prefix"),
        ("s3://bucket?x=1", "expected s3://bucket/prefix"),
        ("s3://key:secret@bucket", "expected s3://bucket/prefix"),
    ],
)
def test_what_is_no_store_is_told(url, message):
    with pytest.raises(InputError, match=re.escape(message)):
        open_store(url, region="x", access_key="x", secret_key="x")


@pytest.mark.parametrize("missing", ["region", "access_key", "secret_key"])
def test_a_bucket_needs_a_region_and_keys(missing):
    given = {"region": "x", "access_key": "x", "secret_key": "x"} | {missing: ""}
    with pytest.raises(InputError, match=r"needs .*, and none was given"):
        open_store("s3://bucket", **given)


@pytest.mark.parametrize("endpoint", ["host:9000", "ftp://host", "https://", "https://host/path"])
def test_an_endpoint_is_an_address(endpoint):
    with pytest.raises(InputError, match="expected an endpoint such as"):
        open_store("s3://bucket", endpoint=endpoint, region="x", access_key="x", secret_key="x")


@pytest.mark.parametrize(
    ("endpoint", "region", "begins"),
    [
        ("", "eu-west-3", "https://s3.eu-west-3.amazonaws.com/bucket/shop/tmp/"),
        (
            "https://account.r2.cloudflarestorage.com",
            "auto",
            "https://account.r2.cloudflarestorage.com/bucket/shop/tmp/",
        ),
    ],
)
def test_aws_and_r2_have_their_addresses(monkeypatch, endpoint, region, begins):
    keys = {"region": region, "access_key": "x", "secret_key": "x"}
    store = open_store("s3://bucket/shop", endpoint=endpoint, **keys)
    here = Manifest.of(SOME_ID, "ada", datetime.now(UTC), FILES)
    monkeypatch.setattr(store, "_manifest_in", lambda place, id: here if place == "tmp" else None)
    link = store.link(SOME_ID, "model.ldr", MINUTE)
    assert link.startswith(begins)
    assert f"%2F{region}%2Fs3%2F" in link
