"""The widgets in a real JupyterLab that the real command opened; one notebook, in order."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from legolab import BrickStructure
from tests.dashboards.pages import (
    FLAGS,
    LONG,
    LONG_SEED,
    START,
    STOPPED,
    Studio,
    sofa_bricks,
    wait_until,
)
from tests.needs import CHROMIUM, lacks_browser

NEEDED = ("ipywidgets", "jupyterlab", "playwright", "pythreejs")

pytestmark = pytest.mark.skipif(lacks_browser(*NEEDED), reason="extras, or Chromium")

STUDIO = Path(__file__).resolve().parents[2] / "dashboards" / "studio.ipynb"


@pytest.fixture(scope="module")
def address():
    """Of a JupyterLab that `legolab lab` started, with a token and on any free port."""
    folder = Path(tempfile.mkdtemp(prefix="ll"))
    runtime = folder / "runtime"
    options = ["--ServerApp.port=0", "--IdentityProvider.token=lab", "--ServerApp.ip=127.0.0.1"]
    options.append("--ServerApp.allow_root=True")  # containers
    settings = {
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = "from legolab.cli import main; main()"
    arguments = ["lab", "--no-browser", "--folder", str(folder / "mine"), "--", *options]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", command, *arguments],
            env=os.environ | settings,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: written_address(runtime) or process.poll() is not None, START)
        assert process.poll() is None, (folder / "log").read_text()
        shutil.copy(STUDIO, folder / "mine")
        yield written_address(runtime)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def written_address(runtime):
    """The address a server has written down; None as long as it has not, or is at it."""
    for file in runtime.glob("jpserver-*.json"):
        try:
            return json.loads(file.read_text())["url"]
        except ValueError:  # opened, and not written yet
            return None
    return None


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_notebook(browser, address, name):
    """Open a notebook and run all its cells."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    studio = Studio(page)
    workspace = Path(name).stem  # its own, or JupyterLab opens what other pages have open too
    page.goto(f"{address}lab/workspaces/{workspace}/tree/{name}?token=lab")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    return studio


def bring_in_sight(page, selector):
    """Go up and down the notebook until something shows: only the cells in sight are drawn."""
    found = page.locator(selector)
    sweep = """() => {
      const pane = document.querySelector('.jp-WindowedPanel-outer');
      const before = pane.scrollTop;
      window.way = window.way || 1;
      pane.scrollTop += 150 * window.way;
      if (pane.scrollTop === before) window.way *= -1;
    }"""

    def in_sight():
        if found.count() and found.is_visible():
            return True
        page.evaluate(sweep)
        return False

    wait_until(in_sight, 60)
    return found


@pytest.fixture(scope="module")
def studio(browser, address):
    studio = open_notebook(browser, address, "studio.ipynb")
    studio.page.locator(".ll-example").first.wait_for()
    return studio


def test_a_caption_becomes_a_model_with_its_verdict(studio):
    studio.build()
    assert "Stands" in studio.page.locator(".ll-prompt .ll-chip").inner_text()


def test_a_clicked_brick_shows_its_card_and_steps_build_the_model(studio):
    studio.open_tab("Inspect")
    assert "Held from" in studio.click_model()
    whole = studio.drawn()
    handle = studio.page.locator(".ll-steps .noUi-handle")
    handle.focus()
    handle.press("Home")
    studio.page.locator(".ll-steps-words").get_by_text("Step 1 of").wait_for()
    assert studio.drawn() != whole


def test_files_are_saved(studio, tmp_path):
    shutil.copy(studio.save("Save LDraw"), tmp_path / "model.ldr")
    assert len(BrickStructure.load(tmp_path / "model.ldr")) == sofa_bricks()
    assert studio.save("Save picture").read_bytes().startswith(b"\x89PNG")


def test_solvers_are_compared(studio):
    studio.open_tab("Solvers")
    studio.page.get_by_role("button", name="Compare solvers").click()
    table = studio.page.locator(".ll-table")
    table.wait_for()
    assert table.locator("tbody tr").count() >= 2 and "stable" in table.inner_text()


def test_the_kernel_is_free_while_bricks_arrive_and_building_can_be_stopped(studio):
    studio.open_tab("Prompt")
    studio.ask(LONG, LONG_SEED)
    studio.bricks_arriving()
    studio.open_tab("Inspect")  # answered by the kernel: the tab gets the model of before
    studio.page.locator(".ll-steps-words").get_by_text("Step ").wait_for()
    studio.open_tab("Prompt")
    studio.page.get_by_role("button", name="Stop").click()
    studio.page.get_by_text(STOPPED).wait_for()


def test_a_notebook_of_ours_shows_results_and_the_inspector(browser, address):
    studio = open_notebook(browser, address, "04_inspect.ipynb")
    bring_in_sight(studio.page, ".ll-inspector canvas")
    studio.page.locator(".ll-brick").get_by_text("Held from").wait_for()
    alone = ".ll-viewer:not(.legolab .ll-viewer)"
    canvas = bring_in_sight(studio.page, f"{alone} canvas")
    place = studio.page.locator(alone)
    for unseen in (".ll-probe", ".ll-picture", ".ll-look"):
        assert not place.locator(unseen).is_visible()
    inner, outer = canvas.bounding_box(), place.bounding_box()
    assert outer["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
    assert studio.hosts == {"127.0.0.1"}


def test_nothing_leaves_the_machine(studio):
    assert len(studio.asked) > 50
    assert studio.hosts == {"127.0.0.1"}
