"""The dashboard in a real browser, served by the real command; one server, one page, in order.

Nothing here waits for a time: it waits for a state, with a bound.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

from legolab import BrickStructure
from legolab.errors import InputError
from tests.dashboards.pages import (
    FLAGS,
    LONG,
    LONG_SEED,
    START,
    STOPPED,
    Studio,
    children,
    command,
    is_running,
    sofa_bricks,
    wait_until,
)
from tests.needs import CHROMIUM, lacks_browser

NEEDED = ("ipywidgets", "playwright", "pythreejs", "voila", "websocket")

pytestmark = pytest.mark.skipif(lacks_browser(*NEEDED), reason="extras, or Chromium")

LEGOLAB = [sys.executable, "-c", "from legolab.cli import main; main()"]


class Server:
    """`legolab dashboard`, running."""

    def __init__(self, folder):
        self.ready = folder / "ready"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*LEGOLAB, "dashboard", "--port", "0", "--ready-file", str(self.ready)],
                env=os.environ | {"TMPDIR": str(self.temporary)},
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(lambda: self.ready.exists() or self.process.poll() is not None, START)
            assert self.ready.exists(), self.log.read_text()
        except AssertionError:
            self.interrupt()
            raise
        self.address = self.ready.read_text().strip()

    def interrupt(self):
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@pytest.fixture(scope="module")
def server():
    folder = Path(tempfile.mkdtemp(prefix="ll"))  # short: sockets of engines lie in it
    server = Server(folder)
    try:
        yield server
    finally:
        server.interrupt()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="module")
def studio(server, chromium):
    browser = chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    studio = Studio(page)
    page.goto(server.address)
    page.locator(".ll-example").first.wait_for()
    yield studio
    browser.close()


def kernel(page):
    """The id of the kernel behind a page."""
    return json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"]


def test_the_address_is_printed_and_written(server):
    assert server.address.startswith("http://127.0.0.1:")
    assert server.address in server.log.read_text()


def test_a_caption_becomes_a_model_with_its_verdict(studio):
    assert studio.page.locator(".ll-example").count() == 6
    studio.build()
    assert f"{sofa_bricks()} bricks" in studio.page.locator(".ll-progress").inner_text()
    assert "Stands" in studio.page.locator(".ll-prompt .ll-chip").inner_text()
    assert studio.page.locator(".ll-entry img").count() == 1


def test_a_clicked_brick_shows_its_card(studio):
    studio.open_tab("Inspect")
    card = studio.click_model()
    for words in ("Brick ", "Size", "Part", "Place", "Score", "Held from"):
        assert words in card


def test_turning_the_model_picks_nothing(studio):
    before = studio.page.locator(".ll-brick").inner_text()
    drawn = studio.drawn()
    box = studio.page.locator(".ll-inspector canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = studio.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 90, y + 20, steps=6)
    mouse.up()
    assert studio.drawn() != drawn
    assert studio.page.locator(".ll-brick").inner_text() == before


def test_the_steps_build_the_model(studio):
    whole = studio.drawn()
    handle = studio.page.locator(".ll-steps .noUi-handle")
    handle.focus()
    handle.press("Home")
    words = studio.page.locator(".ll-steps-words")
    words.get_by_text("Step 1 of").wait_for()
    first = studio.drawn()
    assert first != whole
    handle.press("ArrowRight")
    words.get_by_text("Step 2 of").wait_for()
    assert " new, " in words.inner_text()
    assert studio.drawn() != first
    handle.press("End")
    words.get_by_text(f"{sofa_bricks()} bricks").wait_for()
    assert studio.drawn() == whole


def test_colours_change_the_drawing(studio):
    before = studio.drawn()
    studio.page.get_by_role("button", name="Score").click()
    studio.page.get_by_text("at its limit").last.wait_for()
    wait_until(lambda: studio.drawn() != before)


def test_files_are_saved(studio, tmp_path):
    ldr = studio.save("Save LDraw")
    shutil.copy(ldr, tmp_path / "model.ldr")
    assert len(BrickStructure.load(tmp_path / "model.ldr")) == sofa_bricks()
    assert studio.save("Save picture").read_bytes().startswith(b"\x89PNG")


def test_solvers_are_compared(studio):
    studio.open_tab("Solvers")
    studio.page.get_by_role("button", name="Compare solvers").click()
    table = studio.page.locator(".ll-table")
    table.wait_for()
    assert table.locator("tbody tr").count() >= 2
    assert "stable" in table.inner_text()
    assert studio.page.locator(".ll-plot rect").count() >= 2
    studio.page.get_by_text("The solvers agree on every brick.").wait_for()


def test_bricks_arrive_one_by_one_and_building_can_be_stopped(studio):
    studio.open_tab("Prompt")
    studio.ask(LONG, LONG_SEED)
    studio.bricks_arriving()
    studio.page.get_by_role("button", name="Stop").click()
    studio.page.get_by_text(STOPPED).wait_for()
    studio.build(seed=8)  # and the engine is free


def test_a_caption_that_is_no_good_is_refused_in_words(studio):
    studio.ask("")
    bad = studio.page.locator(".ll-bad")
    bad.wait_for()
    assert "caption" in bad.inner_text() and "Traceback" not in bad.inner_text()


def test_a_visitor_cannot_run_code(studio, server):
    """The page's own kernel is asked over the page's own kind of socket."""
    import websocket

    id_ = kernel(studio.page)
    address = server.address.replace("http", "ws") + f"api/kernels/{id_}/channels"
    line = websocket.create_connection(address, timeout=10)
    mark = server.temporary / "was-here"

    def send(kind, content):
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "version": "5.3"}
        header |= {"username": "", "session": uuid.uuid4().hex, "date": "2026-01-01T00:00:00Z"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        line.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        return header["msg_id"]

    code = f"open({str(mark)!r}, 'w').close()"
    refused = send("execute_request", {"code": code, "silent": False})
    asked = send("kernel_info_request", {})
    answered = set()
    while asked not in answered:  # the kernel has taken everything that came before
        reply = line.recv()
        if isinstance(reply, str):
            message = json.loads(reply)
            if message["header"]["msg_type"].endswith("_reply"):
                answered.add(message["parent_header"]["msg_id"])
    line.close()
    assert refused not in answered and not mark.exists()


@pytest.mark.parametrize(
    "path",
    ["voila/files/studio.ipynb", "api/contents", "api/sessions", "api/terminals", "voila/tree"],
)
def test_a_visitor_sees_no_files(server, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(server.address + path)
    page = caught.value.read().decode()
    assert caught.value.code in (403, 404)
    assert "Traceback" not in page and "//cdn" not in page


def test_without_webgl_there_is_the_picture_and_it_says_so(server, chromium):
    browser = chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-3d-apis"])
    try:
        studio = Studio(browser.new_page())
        studio.page.goto(server.address)
        studio.page.locator(".ll-example").first.wait_for()
        studio.ask("a small sofa with arms")
        studio.page.locator(".ll-prompt .ll-chip").wait_for()
        studio.open_tab("Inspect")
        note = studio.page.locator(".ll-inspector .ll-no-webgl")
        note.wait_for()
        assert "no WebGL" in note.inner_text()
        picture = studio.page.locator(".ll-inspector img.ll-picture")
        picture.wait_for()
        before = picture.get_attribute("src")
        handle = studio.page.locator(".ll-steps .noUi-handle")
        handle.focus()
        handle.press("Home")
        wait_until(lambda: picture.get_attribute("src") != before)
        assert studio.hosts == {"127.0.0.1"}
    finally:
        browser.close()


def test_a_page_whose_kernel_died_says_so(studio, server):
    id_ = kernel(studio.page)
    (pid,) = [pid for pid in children(server.process.pid) if f"kernel-{id_}" in command(pid)]
    os.kill(pid, signal.SIGKILL)
    gone = studio.page.locator("#kernel-gone")
    gone.wait_for()
    gone.get_by_role("link", name="Start again").click()
    studio.page.locator(".ll-example").first.wait_for()
    assert kernel(studio.page) != id_


def test_nothing_leaves_the_machine(studio):
    assert len(studio.asked) > 50
    assert studio.hosts == {"127.0.0.1"}


def test_ctrl_c_leaves_nothing(server):
    wait_until(lambda: len(children(server.process.pid)) >= 2)  # a kernel waits with its engine
    running = children(server.process.pid)
    assert server.interrupt() == 130
    wait_until(lambda: not any(is_running(pid) for pid in running))
    assert not server.ready.exists()
    # The kernel that was killed above could not clean up after itself; all others did.
    left = [path.name for path in server.temporary.iterdir()]
    assert len(left) <= 1 and all(name.startswith("legolab-engine-") for name in left)
    assert "Traceback" not in server.log.read_text()


def test_a_port_that_is_taken_is_said_in_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = subprocess.run(
            [*LEGOLAB, "dashboard", "--port", str(port)], capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == f"cannot listen on 127.0.0.1, port {port}: Address already in use\n"


def test_without_a_token_other_machines_are_not_served():
    from legolab.widgets.dashboard import serve

    with pytest.raises(InputError, match="expected a token"):
        serve(0, "0.0.0.0", token="")


def test_other_machines_need_a_token(tmp_path):
    """Served on loopback here, with the token that other addresses get."""
    ready = tmp_path / "ready"
    code = (
        "from pathlib import Path\n"
        "from legolab.widgets.dashboard import serve\n"
        f"serve(0, ready_file=Path({str(ready)!r}), kernels=0, token='open-sesame')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: ready.exists() or process.poll() is not None, 60)
        address = ready.read_text().strip()
        assert address.endswith("/?token=open-sesame")
        bare = address.partition("?")[0]
        with urllib.request.urlopen(bare) as page:
            assert "login" in page.url and b"jupyter-config-data" not in page.read()
        with urllib.request.urlopen(bare + "?token=sesame") as page:
            assert "login" in page.url
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(bare + f"api/kernels/{uuid.uuid4()}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
