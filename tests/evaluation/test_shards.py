"""Rows on disk: whole or not at all, found by what decides them."""

import pytest

from legolab.evaluation import shards
from tests.evaluation.rows import built

SETTINGS = {"weights": "0123456789ab", "temperature": 0.3, "max_bricks": 200}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / shards.SHARDS).mkdir()
    return tmp_path


def test_a_row_comes_back(folder):
    row = {name: built()[name] for name in shards.SHARD_COLUMNS}
    shards.write_shard(folder, "a.parquet", row)
    assert shards.read_shard(folder, "a.parquet") == row
    assert [file.name for file in (folder / shards.SHARDS).iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("length", [0, 100, -1])
def test_a_damaged_row_is_as_good_as_none(folder, length):
    shards.write_shard(folder, "a.parquet", built())
    file = folder / shards.SHARDS / "a.parquet"
    file.write_bytes(file.read_bytes()[:length])
    assert shards.read_shard(folder, "a.parquet") is None
    assert shards.read_shard(folder, "b.parquet") is None


def test_a_row_of_another_version_is_none(folder, monkeypatch):
    fewer = {name: kind for name, kind in shards.SHARD_COLUMNS.items() if name != "drafts"}
    with monkeypatch.context() as older:
        older.setattr(shards, "SHARD_COLUMNS", fewer)
        shards.write_shard(folder, "a.parquet", built())
    assert shards.read_shard(folder, "a.parquet") is None


def test_caption_seed_and_each_setting_decide():
    names = {
        shards.shard_name(caption, seed, SETTINGS | other)
        for caption in ("a chair", "a bench")
        for seed in (0, 1)
        for other in ({}, {"temperature": 0.5}, {"max_bricks": 9}, {"weights": "ba9876543210"})
    }
    assert len(names) == 16
    backwards = dict(reversed(SETTINGS.items()))
    assert shards.shard_name("a chair", 0, SETTINGS) == shards.shard_name("a chair", 0, backwards)


def test_every_measure_has_a_column_of_its_kind():
    kinds = {shards.RESULT_COLUMNS[name] for name in ("valid", "bricks", "safety_factor")}
    assert kinds == {"bool_", "int64", "float64"}
    assert not any(name.startswith("seconds") for name in shards.RESULT_COLUMNS)
