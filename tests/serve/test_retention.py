"""Results go after a week, promoted ones stay, and so does everything that is not ours."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from legolab.errors import InputError, NotStoredError, StorageError
from legolab.serve.storage import open_store

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime.now(UTC)
FILES = {"preview.png": (b"a picture", "image/png"), "model.ldr": (b"0 bricks\n", "text/plain")}


def publish(folder, age):
    return open_store(str(folder), clock=lambda: NOW - age).publish(FILES, "ada")


def make_older(path, age):
    then = (NOW - age).timestamp()
    os.utime(path, (then, then), follow_symlinks=False)


def test_eight_days_go_a_promoted_one_stays_and_so_does_a_new_one(tmp_path):
    store = open_store(str(tmp_path))
    old, kept = (publish(tmp_path, timedelta(days=8)) for _ in range(2))
    new = publish(tmp_path, timedelta(days=6, hours=23))
    store.promote(kept)
    assert store.sweep(NOW) == [old]
    assert store.sweep(NOW) == []
    with pytest.raises(NotStoredError):
        store.manifest(old)
    assert store.read(kept, "preview.png") == (b"a picture", "image/png")
    assert store.read(new, "preview.png") == (b"a picture", "image/png")
    assert store.sweep(NOW + timedelta(days=400)) == [new]
    assert store.read(kept, "model.ldr") == (b"0 bricks\n", "text/plain")
    assert os.listdir(tmp_path / "tmp") == []


def test_how_old_may_be_said(tmp_path):
    store = open_store(str(tmp_path))
    result = publish(tmp_path, timedelta(hours=2))
    assert store.sweep(NOW, older_than=timedelta(hours=3)) == []
    assert store.sweep(NOW, older_than=timedelta(hours=1)) == [result]


def test_what_broken_writes_left_goes_after_an_hour(tmp_path):
    store = open_store(str(tmp_path))
    ids = [publish(tmp_path, timedelta()) for _ in range(6)]
    spots = [tmp_path / "tmp" / id for id in ids]
    draft, gone, fresh = (
        spot.rename(spot.with_name(f".{spot.name}.{ending}"))
        for spot, ending in zip(spots, ["draft", "gone", "draft"], strict=False)
    )
    no_manifest, torn, whole = spots[3:]
    (no_manifest / "result.json").unlink()
    (torn / "result.json").write_bytes(b'{"schema": "legolab.res')
    for leftover in (draft, gone, no_manifest, torn, whole):
        make_older(leftover, timedelta(minutes=61))
    make_older(fresh, timedelta(minutes=59))
    assert store.sweep(NOW) == []
    assert sorted((tmp_path / "tmp").iterdir()) == sorted([fresh, whole])


def test_what_is_not_ours_is_left_alone(tmp_path):
    store = open_store(str(tmp_path))
    outside = publish(tmp_path / "elsewhere", timedelta(days=30))
    away = tmp_path / "elsewhere" / "tmp" / outside
    (tmp_path / "tmp" / outside).symlink_to(away)
    (tmp_path / "tmp" / "notes").mkdir()
    (tmp_path / "tmp" / ".hidden").mkdir()
    (tmp_path / "tmp" / "a file").write_text("mine")
    for stranger in (tmp_path / "tmp").iterdir():
        make_older(stranger, timedelta(days=30))
    assert store.sweep(NOW) == []
    assert len(os.listdir(tmp_path / "tmp")) == 4
    assert (away / "preview.png").read_bytes() == b"a picture"


def test_a_sweep_that_cannot_says_so(tmp_path):
    store = open_store(str(tmp_path))
    (tmp_path / "tmp").rmdir()
    with pytest.raises(StorageError, match="cannot sweep the store: No such file or directory"):
        store.sweep(NOW)


CROWD = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from legolab.errors import NotStoredError
from legolab.serve.storage import open_store

role, folder, stop = sys.argv[1], sys.argv[2], Path(sys.argv[3])
age = timedelta(days=0 if role == "new" else 8)
store = open_store(folder, clock=lambda: datetime.now(UTC) - age)
files = {f"part{n}.txt": (bytes([65 + n]) * 20_000, "text/plain") for n in range(4)}
if role == "sweeper":
    while True:
        last = stop.exists()
        for id in store.sweep(datetime.now(UTC)):
            print("swept", id)
        if last:
            break
else:
    for n in range(60):
        id = store.publish(files, role)
        if role == "promoted":
            try:
                store.promote(id)
            except NotStoredError:
                print("lost", id)
                continue
        print(role, id)
"""


def test_several_publish_promote_sweep_and_read_at_once(tmp_path):
    folder, stop = tmp_path / "store", tmp_path / "stop"
    reader = open_store(str(folder))

    def launch(role):
        return subprocess.Popen(
            [sys.executable, "-c", CROWD, role, str(folder), str(stop)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    sweepers = [launch("sweeper"), launch("sweeper")]
    writers = [launch(role) for role in ("new", "new", "old", "promoted")]
    whole = 0
    try:
        while any(writer.poll() is None for writer in writers):
            for place in ("tmp", "keep"):
                for id in os.listdir(folder / place):
                    try:
                        names = reader.manifest(id).files
                        whole += all(len(reader.read(id, name)[0]) == 20_000 for name in names)
                    except NotStoredError:
                        continue
        stop.touch()
        told = [process.communicate(timeout=60) for process in (*writers, *sweepers)]
    finally:
        for process in (*writers, *sweepers):
            process.kill()
            process.wait(10)
    assert [complaint for _, complaint in told if complaint] == []
    lines = [line.split() for out, _ in told for line in out.splitlines()]
    ids = {word: [id for said, id in lines if said == word] for word, _ in lines}
    assert whole > 0
    assert len(ids["new"]) == 120
    assert len(ids["old"]) == 60
    lost, promoted = ids.get("lost", []), ids.get("promoted", [])
    assert len(lost) + len(promoted) == 60
    assert sorted(ids["swept"]) == sorted(ids["old"] + lost)
    assert sorted(os.listdir(folder / "tmp")) == sorted(ids["new"])
    assert sorted(os.listdir(folder / "keep")) == sorted(promoted)
    for id in ids["new"] + promoted:
        assert reader.read(id, "part3.txt") == (b"D" * 20_000, "text/plain")


def rules_by_boto3(server):
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    )
    return client.get_bucket_lifecycle_configuration(Bucket=server.bucket)["Rules"], client


def test_a_bucket_is_told_once_and_reads_back(moto):
    store = moto.open("shop/eu")
    store.set_lifecycle()
    expected = {
        "ID": "legolab shop/eu/tmp/",
        "Filter": {"Prefix": "shop/eu/tmp/"},
        "Status": "Enabled",
        "Expiration": {"Days": 7},
    }
    rules, _ = rules_by_boto3(moto)
    assert [rule for rule in rules if rule["ID"] == expected["ID"]] == [expected]
    store.set_lifecycle(days=3)
    rules, _ = rules_by_boto3(moto)
    assert [rule["Expiration"] for rule in rules if rule["ID"] == expected["ID"]] == [{"Days": 3}]
    assert store.sweep(datetime.now(UTC)) == []


def test_the_rules_of_others_stay(moto):
    _, client = moto.open("mine").set_lifecycle() or rules_by_boto3(moto)
    foreign = {
        "ID": "logs & <old> ones",
        "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "k", "Value": "v"}]}},
        "Status": "Disabled",
        "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    }
    configuration = {"Rules": [foreign]}
    client.put_bucket_lifecycle_configuration(
        Bucket=moto.bucket, LifecycleConfiguration=configuration
    )
    moto.open("mine").set_lifecycle()
    moto.open("yours").set_lifecycle(days=14)
    rules, _ = rules_by_boto3(moto)
    assert [rule["ID"] for rule in rules] == [
        foreign["ID"],
        "legolab mine/tmp/",
        "legolab yours/tmp/",
    ]
    assert rules[0] == foreign


def test_a_rule_spares_what_is_promoted(moto):
    store = moto.open("spare")
    result = store.publish(FILES, "ada")
    store.promote(result)
    store.set_lifecycle()
    rules, client = rules_by_boto3(moto)
    prefixes = [rule["Filter"]["Prefix"] for rule in rules if "spare" in rule["ID"]]
    keys = [
        entry["Key"]
        for entry in client.list_objects_v2(Bucket=moto.bucket, Prefix="spare/")["Contents"]
    ]
    taken = [key for key in keys if key.startswith(tuple(prefixes))]
    assert len(keys) == 6
    assert len(taken) == 3
    client.delete_objects(
        Bucket=moto.bucket, Delete={"Objects": [{"Key": key} for key in taken]}
    )  # as the rule will
    assert store.read(result, "preview.png") == (b"a picture", "image/png")


def test_a_life_of_no_day_is_refused(moto):
    with pytest.raises(InputError, match="at least 1 day, got 0"):
        moto.open().set_lifecycle(days=0)


def test_a_server_without_lifecycle_rules_says_so(nanio):
    with pytest.raises(StorageError, match="knows no lifecycle rules"):
        nanio.open().set_lifecycle()


def test_a_wrong_secret_is_told(nanio):
    with pytest.raises(StorageError, match="lifecycle rules: SignatureDoesNotMatch: "):
        nanio.open(secret_key="another").set_lifecycle()


def test_a_missing_bucket_is_told(moto):
    store = open_store(
        "s3://no-such-bucket",
        endpoint=moto.url,
        region=moto.region,
        access_key=moto.access_key,
        secret_key=moto.secret_key,
    )
    with pytest.raises(StorageError, match="cannot GET lifecycle rules: NoSuchBucket"):
        store.set_lifecycle()


def test_a_stopped_server_is_told(own_nanio):
    own_nanio.stop()
    with pytest.raises(StorageError, match="cannot GET lifecycle rules: Connection refused"):
        own_nanio.open().set_lifecycle()


def test_a_folder_needs_no_rule(tmp_path):
    open_store(str(tmp_path)).set_lifecycle()
    assert sorted(os.listdir(tmp_path)) == ["keep", "tmp"]
