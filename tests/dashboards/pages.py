"""A real browser on the widgets: what a person does, and a log of what the browser asks for."""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import legolab as ll

FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
PATIENCE = 60_000  # ms until a state has to come
START = 240  # s until a server answers: a fresh environment compiles all it imports

STOPPED = "Stopped. What was built so far is shown."
"""Only stopping says so; that it comes within a second is held in the panel's own tests."""

SOFA = "a small sofa with arms"  # a second or two
SOFA_SEED = 7
LONG = "a wide tall round mug"  # some 170 bricks, drawn five times over
LONG_SEED = 3


@cache
def sofa_bricks():
    """How many bricks the sofa has."""
    return len(ll.generate(SOFA, seed=SOFA_SEED).structure)


class Studio:
    """The studio in a page, and every address the page asked for."""

    def __init__(self, page):
        self.page = page
        self.asked = []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))

    @property
    def hosts(self):
        """Every host that was asked; what a page holds itself asks nobody."""
        addresses = [url for url in self.asked if not url.startswith(("data:", "blob:"))]
        return {urlsplit(url).hostname for url in addresses}

    def ask(self, caption, seed=SOFA_SEED):
        """Write a caption and a seed, and press Enter."""
        self.page.get_by_label("Seed").fill(str(seed))
        words = self.page.get_by_placeholder("What shall I build?")
        words.fill(caption)
        words.press("Enter")

    def build(self, caption=SOFA, seed=SOFA_SEED):
        """Have something built, to the end."""
        self.ask(caption, seed)
        head = self.page.locator(".ll-prompt .ll-head")
        head.get_by_text(caption, exact=True).wait_for()
        head.locator(".ll-chip").wait_for()
        self.page.locator(".ll-prompt canvas").wait_for()

    def bricks_arriving(self, times=3):
        """Wait until the count of bricks has been seen to change; the counts."""
        progress = self.page.locator(".ll-progress")
        counts = []
        deadline = time.monotonic() + PATIENCE / 1000
        while len(counts) < times:
            assert time.monotonic() < deadline, counts
            count, _, rest = progress.inner_text().partition(" brick")
            if rest and "layer" in rest and count not in counts:
                counts.append(count)
        return counts

    def open_tab(self, name):
        """Open one of the three tabs."""
        self.page.locator(".ll-studio").get_by_role("tab", name=name).click()

    def drawn(self, tab="inspector"):
        """The pixels of a tab's model, once they stay the same."""
        canvas = self.page.locator(f".ll-{tab} canvas")
        before = canvas.screenshot()
        while (now := canvas.screenshot()) != before:
            before = now
        return now

    def click_model(self):
        """Click the middle of the inspector's model; the card that comes."""
        self.drawn()
        self.page.locator(".ll-inspector canvas").click()
        card = self.page.locator(".ll-brick")
        card.get_by_text("Held from").wait_for()
        return card.inner_text()

    def save(self, button):
        """Press a button that saves; the file."""
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=button).click()
        return Path(download.value.path())


def children(pid):
    """Every process under one, by number; Linux."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if stat[0] != "Z":
                parents[int(entry.name)] = int(stat[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def command(pid):
    """A process's command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_running(pid):
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition, seconds=30.0):
    """Wait for a state, with a bound."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
