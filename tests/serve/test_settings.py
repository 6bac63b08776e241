"""Settings come from one place, are described once and refuse what cannot work."""

import stat
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from legolab.errors import InputError
from legolab.serve.settings import Settings, settings_table

SECRET = "0123456789abcdef0123456789abcdef"


def read(tmp_path, **variables):
    return Settings.from_environment({"LEGOLAB_HOME": str(tmp_path), **variables})


def test_defaults_serve_a_first_run(tmp_path):
    settings = read(tmp_path)
    assert settings.home == tmp_path
    assert settings.redis_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.keep_seconds == 7 * 24 * 3600
    assert not settings.production


def test_every_variable_is_read(tmp_path):
    settings = read(
        tmp_path,
        LEGOLAB_SECRET=SECRET,
        LEGOLAB_FORMER_SECRETS=f"{SECRET[::-1]} {SECRET * 2}",
        LEGOLAB_REDIS_URL="redis://example.org/3",
        LEGOLAB_CORS_ORIGINS="https://a.example.org, http://localhost:5173",
        LEGOLAB_PUBLIC_URL="https://bricks.example.org/",
        LEGOLAB_PORT="0",
        LEGOLAB_RATE_LIMIT=" 7 ",
        LEGOLAB_KEEP_DAYS="",
    )
    assert settings.secret == SECRET
    assert settings.former_secrets == (SECRET[::-1], SECRET * 2)
    assert settings.redis_url == "redis://example.org/3"
    assert settings.cors_origins == ("https://a.example.org", "http://localhost:5173")
    assert settings.public_url == "https://bricks.example.org"
    assert (settings.port, settings.rate_limit, settings.keep_days) == (0, 7, 7)


@pytest.mark.parametrize(
    ("variable", "value", "seen"),
    [
        ("LEGOLAB_PORT", "eighty", "'eighty'"),
        ("LEGOLAB_PORT", "65536", "'65536'"),
        ("LEGOLAB_RATE_LIMIT", "0", "'0'"),
        ("LEGOLAB_RATE_LIMIT", "-1", "'-1'"),
        ("LEGOLAB_ENV", "prod", "'prod'"),
        ("LEGOLAB_CORS_ORIGINS", "*", "'*'"),
        ("LEGOLAB_CORS_ORIGINS", "https://a.example.org/path", "path"),
        ("LEGOLAB_PUBLIC_URL", "bricks.example.org", "bricks"),
        ("LEGOLAB_REDIS_URL", "http://:password@example.org", "something else"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(tmp_path, variable, value, seen):
    with pytest.raises(InputError, match=rf"{variable}: expected .*, got .*") as caught:
        read(tmp_path, **{variable: value})
    assert seen in str(caught.value)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize("variable", ["LEGOLAB_SECRET", "LEGOLAB_FORMER_SECRETS"])
def test_a_short_secret_is_refused_and_not_shown(tmp_path, variable):
    with pytest.raises(InputError, match=f"{variable}: expected secrets of at least 32 bytes") as e:
        read(tmp_path, **{variable: SECRET[:31]})
    assert SECRET[:31] not in str(e.value)


def test_a_development_secret_is_made_once_for_its_owner_alone(tmp_path):
    home = tmp_path / "deep" / "home"
    first, second = read(home), read(home)
    assert first.secret == second.secret
    assert len(first.secret) >= 32
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret"]
    assert read(tmp_path / "other").secret != first.secret


def test_production_wants_a_secret_of_its_own(tmp_path):
    with pytest.raises(InputError, match=r"LEGOLAB_SECRET: .* in production, got none"):
        read(tmp_path, LEGOLAB_ENV="production")
    assert not (tmp_path / "secret").exists()
    made = read(tmp_path).secret
    with pytest.raises(InputError, match="made for development"):
        read(tmp_path, LEGOLAB_ENV="production", LEGOLAB_SECRET=made)
    assert read(tmp_path, LEGOLAB_ENV="production", LEGOLAB_SECRET=SECRET).production


def test_the_home_is_the_data_folder_of_the_person(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    environ = {"HOME": str(tmp_path), "LEGOLAB_SECRET": SECRET}
    assert Settings.from_environment(environ).home == tmp_path / ".local" / "share" / "legolab"
    environ["XDG_DATA_HOME"] = str(tmp_path / "xdg")
    assert Settings.from_environment(environ).home == tmp_path / "xdg" / "legolab"
    monkeypatch.setattr("sys.platform", "darwin")
    expected = tmp_path / "Library" / "Application Support" / "legolab"
    assert Settings.from_environment(environ).home == expected
    monkeypatch.setattr("sys.platform", "win32")
    assert Settings.from_environment(environ).home == tmp_path / "AppData" / "Local" / "legolab"


def test_settings_are_values_that_show_no_secret(tmp_path):
    settings = read(tmp_path, LEGOLAB_REDIS_URL="redis://:hidden@example.org")
    assert settings.secret not in repr(settings)
    assert "hidden" not in repr(settings)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1


def test_the_table_describes_every_setting():
    lines = settings_table().splitlines()
    assert len(lines) == 2 + len(fields(Settings))
    assert all(line.count(" | ") == 2 and "None" not in line for line in lines[2:])
    assert "| `LEGOLAB_CORS_ORIGINS` | none | " in settings_table()


def test_the_readme_has_the_table():
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert settings_table() in readme.read_text(encoding="utf-8")
