"""The web app's files beside the API, and how they come to be there."""

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hatchling.bridge.app import Application

from legolab.serve import bundle, webapp
from legolab.serve.app import close, create_app
from tests.serve.service import ROOT, MemoryStore, client_of, make_settings

anyio = pytest.mark.anyio
PAGE = "<!doctype html><title>legolab</title>"
PWA = ROOT / "dashboards" / "pwa"
SHELL_KB, VIEWER_KB = 90, 200  # gzip


@pytest.fixture
def www(tmp_path):
    """A small bundle."""
    folder = tmp_path / "www"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "sw.js").write_text("// worker\n" * 50)
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "stamp.txt").write_text("a hash")
    (folder / "notes.md").write_text("not for the web")
    (folder / "assets" / "index-abc.js").write_text("let a = 1;\n" * 100)
    (folder / "assets" / "inter-abc.woff2").write_bytes(b"font")
    return folder


@pytest.fixture
def client(settings, www, monkeypatch):
    monkeypatch.setattr(bundle, "find", lambda: www)
    return client_of(settings)


@anyio
async def test_the_page_is_at_the_root_with_its_policy(client):
    async with client as http:
        answer = await http.get("/")
        assert answer.status_code == 200
        assert answer.text == (await http.get("/index.html")).text == PAGE
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-security-policy"] == webapp.content_security_policy()
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = webapp.content_security_policy()
    assert policy.startswith("default-src 'none'; ")
    sources = set(re.findall(r" ('[^']+'|[a-z]+:|https?://\S+)", policy))
    assert sources == {"'none'", "'self'", "blob:"}
    assert "unsafe" not in policy
    bucket = webapp.content_security_policy(["https://bucket.example.org"])
    assert "connect-src 'self' https://bucket.example.org;" in bucket


@anyio
@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
        ("/assets/index-abc.js", "text/javascript; charset=utf-8", "immutable"),
        ("/assets/inter-abc.woff2", "font/woff2", "immutable"),
    ],
)
async def test_types_and_caching(client, path, media_type, cache):
    async with client as http:
        answer = await http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"].endswith(cache)
        assert (await http.head(path)).status_code == 200


@anyio
async def test_text_is_sent_compressed_to_who_takes_it(client, www):
    async with client as http:
        plain = await http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
        packed = await http.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
        font = await http.get("/assets/inter-abc.woff2", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.text == plain.text == (www / "assets" / "index-abc.js").read_text()
    assert "content-encoding" not in font.headers


@anyio
async def test_what_has_not_changed_is_not_sent_again(client):
    async with client as http:
        etag = (await http.get("/")).headers["etag"]
        again = await http.get("/", headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert (await http.get("/", headers={"If-None-Match": '"other"'})).status_code == 200


@anyio
async def test_nothing_of_the_api_is_hidden(client):
    async with client as http:
        for path in (
            "/nowhere",
            "/assets/other.js",
            "/assets/../app.py",
            "/notes.md",
            "/stamp.txt",
            "/a/b",
        ):
            answer = await http.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame")
        refused = await http.put("/generate")
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        paths = (await http.get("/openapi.json")).json()["paths"]
        assert not [path for path in paths if path == "/" or path.startswith("/assets")]


@anyio
async def test_without_a_bundle_the_api_is_alone(settings, monkeypatch):
    monkeypatch.setattr(bundle, "find", lambda: None)
    async with client_of(settings) as http:
        assert (await http.get("/")).status_code == 404
        assert (await http.get("/healthz")).status_code == 200


@anyio
async def test_the_checked_in_document_is_that_of_the_service(tmp_path):
    app = create_app(make_settings(tmp_path, "redis://127.0.0.1:1"), MemoryStore())
    document = app.openapi()
    await close(app)
    kept = json.loads((PWA / "openapi.json").read_text(encoding="utf-8"))
    for each in (document, kept):
        del each["info"]
    assert kept == json.loads(json.dumps(document)), (
        "the service's documents have changed: run dashboards/pwa/scripts/openapi.py "
        "and `npm run types` in dashboards/pwa"
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_types_of_the_app_are_made_from_that_document():
    made = subprocess.run(["node", "scripts/types.mjs", "--check"], cwd=PWA, check=False)
    assert made.returncode == 0, "run `npm run types` in dashboards/pwa"


def test_the_lock_names_exact_versions_and_no_addresses():
    wanted = json.loads((PWA / "package.json").read_text(encoding="utf-8"))
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    lock = json.loads((PWA / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name


# A stand-in for npm: notes what it was asked for, and "builds" one page.
NPM = """
    #!{python}
    import pathlib, sys
    here = pathlib.Path.cwd()
    with open("{log}", "a") as log:
        print(*sys.argv[1:3], file=log)
    if (here / "broken").exists():
        sys.exit("no such package")
    if sys.argv[1] == "run":
        target = pathlib.Path(sys.argv[sys.argv.index("--outDir") + 1])
        target.mkdir()
        (target / "index.html").write_text((here / "index.html").read_text())
"""


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "pwa"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "index.html").write_text("first")
    return folder


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """What npm was asked for, line by line."""
    script = tmp_path / "bin" / "npm"
    script.parent.mkdir()
    log = tmp_path / "asked"
    script.write_text(textwrap.dedent(NPM).lstrip().format(python=sys.executable, log=log))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    return lambda: log.read_text().splitlines() if log.exists() else []


def ensured(sources, tmp_path):
    told = []
    www = bundle.ensure_bundle(told.append, sources=sources, www=tmp_path / "built" / "www")
    return www, told


def test_it_is_built_once_and_again_when_a_source_changes(sources, npm, tmp_path):
    www, told = ensured(sources, tmp_path)
    assert (www / "index.html").read_text() == "first"
    assert npm() == ["ci --no-audit", "run build"]
    assert len(told) == 1
    assert ensured(sources, tmp_path) == (www, [])
    (sources / "node_modules").mkdir()
    (sources / "node_modules" / "x.js").write_text("not a source")
    assert ensured(sources, tmp_path) == (www, [])
    assert len(npm()) == 2
    (sources / "index.html").write_text("second")
    assert ensured(sources, tmp_path)[0] == www
    assert (www / "index.html").read_text() == "second"
    assert len(npm()) == 4
    assert [path.name for path in www.parent.iterdir()] == ["www"]


def test_a_build_that_fails_leaves_the_older_one(sources, npm, tmp_path):
    www, _ = ensured(sources, tmp_path)
    (sources / "broken").touch()
    again, told = ensured(sources, tmp_path)
    assert again == www and (www / "index.html").read_text() == "first"
    assert "`npm ci` ended with 1" in told[-1] and "no such package" in told[-1]
    assert "An older one is served." in told[-1]


def test_without_npm_it_says_what_is_missing(sources, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    www, told = ensured(sources, tmp_path)
    assert www is None
    assert len(told) == 1 and "npm is missing" in told[0] and "Node.js" in told[0]


def test_a_package_without_sources_serves_what_it_has(tmp_path):
    www, told = ensured(tmp_path / "nothing", tmp_path)
    assert www is None and "without its web app" in told[0]
    built = tmp_path / "built" / "www"
    built.mkdir(parents=True)
    (built / "index.html").write_text("packed")
    assert ensured(tmp_path / "nothing", tmp_path) == (built, [])


@pytest.fixture
def tree(tmp_path):
    """A small checkout that is packed with our own hook."""
    folder = tmp_path / "tree"
    (folder / "legolab" / "serve").mkdir(parents=True)
    (folder / "dashboards" / "pwa").mkdir(parents=True)
    for name in ("hatch_build.py", "README.md", "LICENSE", "pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "a.ipynb").write_text("{}")
    (folder / "dashboards" / "studio.ipynb").write_text("{}")
    (folder / "dashboards" / "template").mkdir()
    (folder / "dashboards" / "template" / "page.html").write_text("page")
    for name in ("__init__.py", "serve/bundle.py"):
        shutil.copy(ROOT / "legolab" / name, folder / "legolab" / name)
    native = Path("legolab", "stability", "native")
    shutil.copytree(
        ROOT / native, folder / native, ignore=shutil.ignore_patterns("legolab_native*")
    )
    (folder / "dashboards" / "pwa" / "package.json").write_text("{}")
    (folder / "dashboards" / "pwa" / "index.html").write_text("page")
    return folder


def packed(tree, kind, **env):
    """Names in the archive that hatchling makes of a tree, and what it said."""
    out = tree.parent / f"out-{kind}"
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    environment = {**os.environ, **env}
    ran = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=True
    )
    (archive,) = out.iterdir()
    folder = tree.parent / f"unpacked-{kind}"
    suffix = "zip" if kind == "wheel" else "gztar"
    shutil.unpack_archive(archive, folder, suffix)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name.partition("/")[2] if kind == "sdist" else name for name in names}, ran.stderr


def test_the_wheel_and_the_sdist_have_the_web_app(tree, npm):
    names, _ = packed(tree, "wheel")
    assert {"legolab/serve/www/index.html", "legolab/serve/www/stamp.txt"} <= names
    assert not [name for name in names if "pwa" in name or "hatch_build" in name]
    names, _ = packed(tree, "sdist")
    for name in ("legolab/serve/www/index.html", "dashboards/pwa/package.json", "hatch_build.py"):
        assert name in names
    assert npm().count("run build") == 1


def test_a_wheel_from_the_sdist_builds_nothing(tree, npm, tmp_path, monkeypatch):
    packed(tree, "sdist")
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm here
    (again,) = (tree.parent / "unpacked-sdist").iterdir()
    names, said = packed(again, "wheel")
    assert "legolab/serve/www/index.html" in names
    assert "npm" not in said


def test_without_npm_the_wheel_warns_and_has_none(tree, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    names, said = packed(tree, "wheel")
    assert "legolab/__init__.py" in names
    assert not [name for name in names if "/www/" in name]
    assert "npm is missing" in said


def test_without_a_compiler_the_wheel_warns_and_has_no_engine(tree, npm):
    names, said = packed(tree, "wheel", CC="no-such-compiler")
    assert "legolab/stability/native/interior.c" in names
    assert not [name for name in names if "legolab_native" in name]
    assert "The stability engine is not compiled: no-such-compiler" in said


def test_the_build_can_be_left_out(tree, npm):
    names, _ = packed(tree, "wheel", LEGOLAB_SKIP_PWA="1")
    assert not [name for name in names if "/www/" in name]
    assert npm() == []


def load_hook(tree):
    """The hook as hatchling makes it for a wheel."""
    spec = importlib.util.spec_from_file_location("hatch_build", tree / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.BuildHook(str(tree), {}, None, None, "", "wheel", Application())


def test_an_editable_install_builds_nothing(tree, npm):
    hook = load_hook(tree)
    hook.initialize("editable", {})
    assert npm() == []
    hook.initialize("standard", {})
    assert npm() == ["ci --no-audit", "run build"]


@pytest.mark.skipif(bundle.find() is None, reason="the web app is not built here")
def test_the_real_bundle_keeps_to_its_bars_and_asks_nobody_else():
    www = bundle.find()
    sizes = {
        path.name: len(gzip.compress(path.read_bytes(), 9))
        for path in (*www.glob("*.html"), *(www / "assets").iterdir())
        if path.suffix in (".html", ".js", ".css")
    }
    viewer = sum(size for name, size in sizes.items() if name.startswith("Viewer3d"))
    assert 0 < viewer <= VIEWER_KB * 1000
    assert 0 < sum(sizes.values()) - viewer <= SHELL_KB * 1000
    page = (www / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)", page), "the policy allows no inline script"
    for path in (www / "index.html", *www.glob("assets/*.css"), www / "manifest.webmanifest"):
        assert not re.search(r"https?://|data:", path.read_text(encoding="utf-8")), path.name
    licences = (www / "licenses.txt").read_text(encoding="utf-8")
    for name in ("inter", "jetbrains-mono", "react", "three"):
        assert f"{name}\n\n" in licences
    assert "SIL OPEN FONT LICENSE" in licences
    worker = (www / "sw.js").read_text(encoding="utf-8")
    kept = set(re.findall(r'url:"([^"]+)"', worker))
    assert kept >= {f"assets/{path.name}" for path in (www / "assets").iterdir()}
    assert kept <= {path.relative_to(www).as_posix() for path in www.rglob("*")}
