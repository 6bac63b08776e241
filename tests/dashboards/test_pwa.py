"""The PWA in a real browser, against the real server, broker and worker."""

import json
import re
import uuid
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from legolab.bricks.structure import BrickStructure
from legolab.serve.auth import make_token
from legolab.serve.broker import EmbeddedBroker, connect, find_server
from legolab.serve.bundle import SOURCES, ensure_bundle
from tests.dashboards.backend import Backend
from tests.dashboards.tasks import FAILS, FALLING, HELD, UNLOOKED
from tests.needs import CHROMIUM, npm
from tests.serve.service import BOUND, make_settings, until
from tests.serve.tasks import gate

MS = BOUND * 1000
SOFTWARE_GL = [
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    # Whatever is not this machine cannot be found, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
NO_GL = [*SOFTWARE_GL[:2], "--disable-gpu", "--disable-3d-apis", SOFTWARE_GL[-1]]
DESK, TABLET, PHONE = (1440, 900), (768, 1024), (360, 740)


@pytest.fixture(scope="module", autouse=True)
def built():
    told = []
    npm()
    if ensure_bundle(told.append) is None:
        pytest.fail(told[-1])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("pwa")


@pytest.fixture(scope="module")
def broker(home):
    embedded = EmbeddedBroker(home / "broker", find_server())
    embedded.start()
    yield embedded
    embedded.stop()


@pytest.fixture(scope="module")
def backend(broker, home):
    running = Backend(broker.url, home)
    running.start_worker()
    running.start_server()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def settings(broker, home):
    return make_settings(home, broker.url)


@pytest.fixture(scope="module")
def token(settings):
    return make_token(settings, "ada", timedelta(hours=1))


@pytest.fixture(scope="module")
def browsers():
    with sync_playwright() as playwright:
        launched = {}

        def launch(args):
            key = " ".join(args)
            if key not in launched:
                launched[key] = playwright.chromium.launch(executable_path=str(CHROMIUM), args=args)
            return launched[key]

        yield launch
        for browser in launched.values():
            browser.close()


@pytest.fixture
def open_page(browsers, backend):
    """Opens pages; afterwards, nothing was asked of anybody else, and the policy held."""
    contexts, asked, said = [], [], []

    def new_page(size=DESK, scheme="light", args=SOFTWARE_GL, **more):
        context = browsers(args).new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(MS)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(f"page error: {error}"))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert asked
    own = (backend.address, f"blob:{backend.address}", "data:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert [text for text in said if re.search("page error|Content.Security.Policy", text)] == []


@pytest.fixture
def signed_in(open_page, backend, token):
    def new_page(*args, **more):
        page = open_page(*args, **more)
        page.goto(f"{backend.address}/#token={token}")
        expect(page.get_by_text("What shall we build?", exact=True)).to_be_visible()
        return page

    return new_page


@pytest.fixture
def redis(broker):
    client = connect(broker.url)
    yield client
    client.close()


def ask(page, prompt, seed=None):
    if seed is not None:
        page.get_by_role("button", name="More").click()
        page.get_by_label("Seed").fill(str(seed))
        page.get_by_role("button", name="More").click()
    page.get_by_role("textbox", name="What shall we build?").fill(prompt)
    page.get_by_role("button", name="Build", exact=True).click()


def order_of(page, act):
    """The order that goes to the service when `act` is done."""

    def is_order(request):
        return request.method == "POST" and request.url.endswith("/generate")

    with page.expect_request(is_order) as sent:
        act()
    return sent.value.post_data_json


def arrived(page, other):
    """Wait for the 3-D view of a model that a note, or a row of the list, tells from others."""
    expect(other).to_be_visible(timeout=MS)
    return drawn(page)


def kept_for_offline(page):
    """Wait until the app works without a server."""
    active = "navigator.serviceWorker.getRegistration().then(found => Boolean(found?.active))"
    until(lambda: page.evaluate(active))


def job_of(page):
    """The job of the order under way, as soon as it is one."""
    reading = "JSON.parse(localStorage.getItem('legolab.errand') ?? '{}').jobId"
    return until(lambda: page.evaluate(reading))


def let_pass(redis, job, events):
    redis.rpush(gate(job), *["pass"] * events)


def drawn(page):
    """Wait for the 3-D view."""
    page.wait_for_selector(".solid.drawn")
    return page.get_by_role("application")


def tap_middle(page, canvas):
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".brick-card")).to_be_visible()


def service(backend, token, method, path):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, backend.address + path, headers=headers)


def test_from_a_caption_to_bricks_in_hand(signed_in, backend, token, redis):
    page = signed_in()
    assert "token" not in page.url
    ask(page, "a chair with four legs and a high back", HELD)
    job = job_of(page)
    let_pass(redis, job, 6)
    progress = page.get_by_test_id("progress")
    expect(progress).to_contain_text(re.compile(r"5 bricks, layer \d+, \d+ s"))
    let_pass(redis, job, 1)
    expect(progress).to_contain_text("6 bricks")
    assert page.get_by_text("Building", exact=True).is_visible()
    let_pass(redis, job, 1000)
    canvas = drawn(page)
    document = service(backend, token, "GET", f"/generate/{job}").json()
    summary = document["report"]["summary"].split(", ")
    expect(page.locator(".chip.stable")).to_have_text("".join(summary))

    tap_middle(page, canvas)
    card = page.locator(".brick-card").inner_text()
    number = int(re.search(r"Brick (\d+)", card)[1])
    text = httpx.get(backend.address + document["files"]["model.txt"]).text
    size, x, y, z = re.fullmatch(
        r"(\d+x\d+) \((\d+),(\d+),(\d+)\)", text.splitlines()[number - 1]
    ).groups()
    assert "x".join(sorted(size.split("x"))) in card
    assert f"x {x}, y {y}, z {z}" in card
    assert f"{document['report']['scores'][number - 1]:.2f}" in card
    assert re.search(r"Held by|Stands on the ground|Hangs on", card)

    slider = page.get_by_label("Building step")
    steps = int(slider.get_attribute("max"))
    whole = canvas.screenshot()
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text(f"Step 1 of {steps}")).to_be_visible()
    until(lambda: canvas.screenshot() != whole)

    for label, name in (
        ("Picture", "preview.png"),
        ("LDraw", "model.ldr"),
        ("Brick text", "model.txt"),
        ("Report", "report.json"),
    ):
        with page.expect_download() as download:
            page.get_by_role("link", name=label, exact=True).click()
        expected = httpx.get(backend.address + document["files"][name]).content
        assert download.value.path().read_bytes() == expected
        assert download.value.suggested_filename.startswith("a-chair-with-four-legs")
    assert len(text.splitlines()) == len(document["report"]["scores"])


def test_cancel_ends_it_here_and_there(signed_in, backend, token, redis):
    page = signed_in()
    ask(page, "a grand piano", HELD)
    job = job_of(page)
    let_pass(redis, job, 4)
    expect(page.get_by_test_id("progress")).to_contain_text("3 bricks")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    until(
        lambda: service(backend, token, "GET", f"/generate/{job}").json()["status"] == "cancelled"
    )
    assert page.get_by_role("textbox", name="What shall we build?").input_value() == "a grand piano"
    page.reload()
    expect(page.get_by_text("What shall we build?", exact=True)).to_be_visible()


def test_what_was_seen_opens_without_a_server_and_asking_waits_for_it(signed_in, backend):
    page = signed_in()
    page.get_by_role("button", name="a steam train").click()
    drawn(page)
    row = page.get_by_label("History").get_by_role("button", name=re.compile("^a steam train"))
    expect(row.locator("img")).to_be_visible()  # drawn, and kept
    kept_for_offline(page)
    backend.kill_server()
    try:
        page.reload()
        row.click()
        canvas = drawn(page)
        tap_middle(page, canvas)
        with page.expect_download() as download:
            page.get_by_role("link", name="LDraw", exact=True).click()
        assert download.value.path().read_text().startswith("0 ")
        ask(page, "a round table")
        expect(
            page.get_by_text("The server is away; your request will go when it is back.")
        ).to_be_visible()
        page.reload()  # it survives that, too
        expect(page.get_by_text("The server is away;", exact=False)).to_be_visible()
    finally:
        backend.start_server()
    drawn(page)
    expect(page.get_by_role("heading", name="a round table")).to_be_visible()


def test_a_server_that_goes_in_the_middle_is_waited_for(signed_in, backend, token, redis):
    page = signed_in()
    ask(page, "a sofa with two arms", HELD)
    job = job_of(page)
    let_pass(redis, job, 5)
    progress = page.get_by_test_id("progress")
    expect(progress).to_contain_text("4 bricks")
    backend.kill_server()
    try:
        expect(page.get_by_text("The server is away;", exact=False)).to_be_visible()
        expect(progress).to_contain_text("4 bricks")
        let_pass(redis, job, 3)
    finally:
        backend.start_server()
    expect(progress).to_contain_text("7 bricks")
    expect(page.get_by_text("The server is away;", exact=False)).to_be_hidden()
    page.reload()  # goes on after a reload as well
    expect(progress).to_contain_text("7 bricks")
    let_pass(redis, job, 1000)
    drawn(page)
    document = service(backend, token, "GET", f"/generate/{job}").json()
    expect(page.get_by_text(f"Parts, {document['report']['bricks']}")).to_be_visible()


def test_an_expired_token_asks_for_a_new_one_and_keeps_the_prompt(
    open_page, backend, settings, token
):
    short = make_token(settings, "ada", timedelta(seconds=1))
    page = open_page()
    page.goto(f"{backend.address}/#token={short}")
    nowhere = f"/generate/{uuid.uuid4()}"
    until(lambda: service(backend, short, "GET", nowhere).status_code == 401)
    ask(page, "a round table", 7)
    expect(page.get_by_text("Please sign in again")).to_be_visible()
    expect(page.get_by_text("The service says: the token has expired.")).to_be_visible()
    expect(page.get_by_text("“a round table” is kept", exact=False)).to_be_visible()
    assert page.get_by_role("textbox", name="What shall we build?").input_value()
    page.get_by_label("Your token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    drawn(page)
    expect(page.get_by_role("heading", name="a round table")).to_be_visible()


def test_a_refusal_is_shown_in_the_services_words(signed_in):
    page = signed_in()
    ask(page, "a zebra with wings")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text('I cannot build "a zebra with wings" yet.')
    expect(alert).to_contain_text("I know: basket, bed,")
    assert page.locator(".example").count() == 6
    page.get_by_role("button", name="More").click()
    page.get_by_label("At most, bricks").fill("5000")
    expect(page.get_by_text("The number of bricks goes from 1 to 1000.")).to_be_visible()


def test_a_failure_says_why_and_can_be_tried_again(signed_in):
    page = signed_in()
    ask(page, "a chair", FAILS)
    expect(page.get_by_role("alert")).to_contain_text("The engine stopped twice")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_what_nobody_verified_is_loud(signed_in):
    page = signed_in()
    ask(page, "a small table", UNLOOKED)
    drawn(page)
    expect(page.locator(".chip.unverified")).to_contain_text("Not verified")
    expect(page.locator(".watermark")).to_be_visible()
    assert page.get_by_role("button", name="Loads").count() == 0
    expect(page.get_by_label("History")).to_contain_text("not verified")


def test_what_falls_says_where(signed_in):
    page = signed_in()
    ask(page, "a chair", FALLING)
    drawn(page)
    expect(page.locator(".chip.unstable")).to_have_text("Falls at brick 3")


def test_the_place_in_line_is_told(signed_in, backend, token, redis):
    headers = {"Authorization": f"Bearer {token}"}
    order = {"prompt": "a chair", "seed": HELD}
    jobs = [
        httpx.post(f"{backend.address}/generate", json=order, headers=headers).json()["job_id"]
        for _ in range(3)
    ]
    page = signed_in()
    ask(page, "a small table", 7)
    expect(page.get_by_text("2 orders are before yours")).to_be_visible()
    for job in jobs:
        service(backend, token, "DELETE", f"/generate/{job}")
    drawn(page)


def example(caption):
    """A model of the first screen."""
    text = (SOURCES / "src" / "examples" / "examples.ts").read_text(encoding="utf-8")
    entries = json.loads(text[text.index("[") : text.rindex("]") + 1])
    structure = next(entry["structure"] for entry in entries if entry["caption"] == caption)
    return BrickStructure.from_text(structure)


def test_without_webgl_there_is_a_drawing_with_steps_and_bricks(signed_in):
    page = signed_in(PHONE, args=NO_GL)
    page.get_by_role("button", name="a steam train").click()
    reason = page.get_by_text("This browser shows no 3-D", exact=False)
    expect(reason).to_be_visible()
    train = example("a steam train")
    words = f"^Drawing of a steam train, {len(train)} bricks"
    drawing = page.get_by_role("img", name=re.compile(words))
    tap_middle(page, drawing)
    page.wait_for_function(
        "([drawing, reason]) => drawing.getBoundingClientRect().bottom"
        " <= reason.getBoundingClientRect().top",
        arg=[drawing.element_handle(), reason.element_handle()],
    )
    page.get_by_label("Building step").fill("1")
    lowest = sum(brick.z == 0 for brick in train)
    words = f"^Drawing of a steam train, {lowest} bricks"
    first = page.get_by_role("img", name=re.compile(words))
    expect(first).to_be_visible()


def test_how_it_was_interpreted_is_changed_by_keyboard_and_built_again(signed_in):
    page = signed_in()
    ask(page, "a red chair with a low back and black legs", 9)
    drawn(page)
    details = page.get_by_label("Details")
    expect(details.get_by_text("red, legs black")).to_be_visible()
    width = details.get_by_role("spinbutton", name="width")
    before = int(width.input_value())
    expect(details.get_by_role("button", name="Build again")).to_have_count(0)
    width.focus()
    page.keyboard.press("ArrowUp")
    expect(details.get_by_text(f"was {before}")).to_be_visible()
    back = details.get_by_role("combobox", name="back")
    assert back.locator("option").all_inner_texts() == ["high", "low", "none"]
    back.select_option("none")
    details.get_by_role("combobox", name="legs colour").select_option("yellow")
    again = details.get_by_role("button", name="Build again")
    again.focus()
    order = order_of(page, lambda: page.keyboard.press("Enter"))
    assert (order["prompt"], order["seed"]) == ("a red chair with a low back and black legs", 9)
    assert order["paint"] == {"whole": 4, "legs": 14}
    assert (order["fields"]["back"], order["fields"]["width"]) == ("none", before + 1)
    assert {"legs", "arms", "seat", "depth", "height"} < set(order["fields"])
    assert order["change"] == order["start"] == ""
    history = page.get_by_label("History")
    arrived(page, history.get_by_text(f"back none, width {before + 1}, legs yellow"))
    expect(back).to_have_value("none")
    expect(width).to_have_value(str(before + 1))
    expect(details.get_by_text("red, legs yellow")).to_be_visible()
    assert history.get_by_role("button", name=re.compile("^a red chair")).count() == 2
    width.fill("21")
    expect(details.get_by_text("The width goes from 0 to 20.")).to_be_visible()
    expect(again).to_be_disabled()
    details.get_by_role("button", name="As it was").click()
    expect(width).to_have_value(str(before + 1))


def test_a_change_in_words_goes_on_from_what_was_built(signed_in):
    page = signed_in()
    ask(page, "a chair with a low back", 7)
    drawn(page)
    line = page.get_by_label("Change it")
    assert line.get_attribute("placeholder") == "make the back higher"
    bricks = page.locator(".parts .figures").all_inner_texts()
    line.fill("make the back higher")
    order = order_of(page, lambda: line.press("Enter"))
    assert order["change"] == "make the back higher"
    assert (order["prompt"], order["seed"]) == ("a chair with a low back", 7)
    assert order["fields"]["back"] == "low"
    assert len(order["start"].splitlines()) == sum(map(int, bricks))
    arrived(page, page.get_by_text("Changed: back from low to high", exact=False))
    expect(
        page.get_by_text(re.compile(r"^The first \d+ of \d+ bricks are as they were"))
    ).to_be_visible()
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    rows = page.get_by_label("History").get_by_role("button", name=re.compile("^a chair with"))
    expect(rows).to_have_count(2)
    assert "make the back higher" in rows.first.inner_text()
    rows.nth(1).click()
    expect(page.get_by_text("Changed:", exact=False)).to_be_hidden()
    line.fill("paint the wheels loudly")
    line.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("I cannot change that", timeout=MS)
    page.get_by_role("button", name="Back to the model").click()
    drawn(page)
    expect(line).to_have_value("paint the wheels loudly")


def test_only_the_bricks_one_has_are_used_and_what_is_missing_is_told(signed_in):
    page = signed_in()
    page.get_by_role("button", name="More").click()
    have = page.get_by_label("Bricks I have")
    have.fill("2x4 10\n3x3 2")
    expect(page.get_by_role("alert")).to_contain_text("Line 2: I know no brick “3x3”.")
    page.get_by_role("textbox", name="What shall we build?").fill("a chair")
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()  # and nothing was asked
    table = b"Part,Color,Quantity\n3001,Red,6\n3004,,4\n3023,Red,9\n"
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": table}
    page.get_by_label("From a file").set_input_files(file)
    expect(have).to_have_value("2x4 red 6\n1x2 4\n")
    expect(page.get_by_text("Only your 10 bricks will be used. 1 part is no brick")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Only your 10 bricks will be used.")).to_be_visible()
    order = order_of(page, lambda: ask(page, "a chair", 7))
    assert order["inventory"] == {"2x4 red": 6, "1x2": 4}
    drawn(page)
    missing = page.locator(".missing li").all_inner_texts()
    assert missing and all(re.search(r"\d+ more$", text) for text in missing)
    used = page.locator(".parts:not(.missing) li").all_inner_texts()
    assert {text.split()[0] for text in used} <= {"2x4", "1x2"}
    page.get_by_role("button", name="More").click()
    expect(have).to_have_value("2x4 red 6\n1x2 4\n")
    page.get_by_role("button", name="Clear").click()
    expect(have).to_have_value("")
    expect(page.get_by_text("Any bricks will do", exact=False)).to_be_visible()


def test_how_often_it_is_drawn_can_be_chosen(signed_in):
    page = signed_in()
    page.get_by_role("button", name="More").click()
    drafts = page.get_by_role("combobox", name="Drafts, best of")
    assert drafts.locator("option").all_inner_texts() == ["1", "2", "3", "4", "5"]
    drafts.select_option("2")
    page.get_by_role("button", name="More").click()
    order = order_of(page, lambda: ask(page, "a small table", 7))
    assert (order["drafts"], order["inventory"]) == (2, {})
    drawn(page)
    line = page.get_by_label("Change it")
    line.fill("make it wider")
    assert order_of(page, lambda: line.press("Enter"))["drafts"] == 2  # built as it was
    arrived(page, page.get_by_text("Changed: width", exact=False))


def test_without_a_network_a_model_cannot_be_changed_and_says_why(signed_in):
    page = signed_in()
    page.get_by_role("button", name="a steam train").click()
    drawn(page)
    details = page.get_by_label("Details")
    width = details.get_by_role("spinbutton", name="width")
    expect(width).to_be_visible()
    row = page.get_by_label("History").get_by_role("button", name=re.compile("^a steam train"))
    expect(row.locator("img")).to_be_visible()
    kept_for_offline(page)
    page.context.set_offline(True)
    page.reload()
    row.click()
    drawn(page)
    reason = "You are offline; this can be built when the network is back."
    line = page.get_by_label("Change it")
    line.fill("make it longer")
    change = page.get_by_role("button", name="Change", exact=True)
    expect(change).to_be_disabled()
    expect(line).to_have_accessible_description(reason)
    width.fill("20")  # the words that a field may hold were kept, too
    again = details.get_by_role("button", name="Build again")
    expect(again).to_be_disabled()
    expect(details.get_by_text(reason)).to_be_visible()
    page.context.set_offline(False)
    expect(again).to_be_enabled()
    expect(change).to_be_enabled()
    expect(page.get_by_text(reason)).to_have_count(0)


def test_a_model_is_deleted_for_good(signed_in):
    page = signed_in()
    page.get_by_role("button", name="a sofa with two arms").click()
    drawn(page)
    page.get_by_role("button", name="Delete a sofa with two arms").click()
    expect(page.get_by_text("What you build is kept here", exact=False)).to_be_visible()
    page.reload()
    expect(page.get_by_text("What you build is kept here", exact=False)).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["360", "768", "1440"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it_everywhere(signed_in, open_page, backend, size, scheme):
    """No serious finding of axe, and nothing to scroll sideways, in the main states."""
    visitor = open_page(size, scheme)
    visitor.goto(backend.address)
    expect(visitor.get_by_label("Your token")).to_be_visible()
    fits_and_is_accessible(visitor)
    page = signed_in(size, scheme, has_touch=size != DESK)
    page.get_by_role("button", name="More").click()
    page.get_by_label("Bricks I have").fill("2x4 red")
    expect(page.get_by_role("alert")).to_be_visible()
    fits_and_is_accessible(page)
    page.get_by_role("button", name="Clear").click()
    fits_and_is_accessible(page)
    page.get_by_role("button", name="More").click()
    ask(page, "a zebra")
    expect(page.get_by_role("alert")).to_be_visible()
    fits_and_is_accessible(page)
    ask(page, "a small table", UNLOOKED)
    canvas = drawn(page)
    fits_and_is_accessible(page)
    tap_middle(page, canvas)
    fits_and_is_accessible(page)
    page.get_by_role("spinbutton", name="width").fill("21")
    expect(page.get_by_text("The width goes from 0 to 20.")).to_be_visible()
    fits_and_is_accessible(page)
    page.context.set_offline(True)
    expect(page.get_by_text("Offline", exact=True)).to_be_visible()
    fits_and_is_accessible(page)
    page.context.set_offline(False)
    if size != DESK:
        if size == PHONE:
            page.get_by_role("button", name=re.compile("parts and files")).click()
        page.get_by_role("button", name="History").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        fits_and_is_accessible(page)


def fits_and_is_accessible(page):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    axe = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():  # a bundle that came without its sources
        return
    page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    serious = [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []
