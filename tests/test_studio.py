"""The studio in a real browser, beside a server that does what a test tells it to.

Skipped where playwright or chromium is not installed: `uv pip install playwright` and a chromium on
the path (no browser of playwright's own is needed).
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from studio_mock import PAGE, Mock

from storylm.data.fables import read

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
OPENING = "Once upon a time"
QUICK = 20_000
"""Milliseconds that anything may take."""
BUSY = {"error": {"message": "too many stories at once", "type": "rate_limit_error"}}
GONE = {"error": {"message": "there is no run named fables_two_layers"}}


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no chromium is on the path")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def mock():
    mock = Mock()
    yield mock
    mock.close()


@pytest.fixture(scope="module")
def contexts(browser):
    """One for each kind of visitor, as making one takes longer than most tests."""
    made = {}

    def context(options: dict):
        key = repr(options)
        if key not in made:
            made[key] = browser.new_context(
                **{"viewport": {"width": 1200, "height": 850}} | options
            )
            made[key].set_default_timeout(QUICK)
        return made[key]

    return context


@pytest.fixture
def visit(contexts, mock):
    """Opens the studio; afterwards, nothing may have failed in the page, or come from elsewhere."""
    pages, wrong = [], []

    def opened(address: str = "", **options):
        page = contexts(options).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if is_policy(line.text) else None)
        page.on("request", lambda one: wrong.append(one.url) if is_far(one.url) else None)
        page.goto(address or mock.url)
        return page

    def is_far(url: str) -> bool:
        return not url.startswith(mock.url)

    yield opened
    for page in pages:
        page.close()
    assert wrong == []


def is_policy(line: str) -> bool:
    return "Content Security Policy" in line


def tell(page, opening: str = OPENING, sheets: int = 1) -> str:
    """Tell without a header, to the end, and what then stands on the first sheet."""
    page.wait_for_function("() => document.querySelector('.run').options.length")
    if page.is_visible("#asks"):
        page.uncheck("#asks")
    page.fill("#opening", opening)
    page.click("#tell")
    ended(page, sheets)
    return story(page)


def ended(page, sheets: int = 1) -> None:
    page.wait_for_function(
        "count => [...document.querySelectorAll('.column')].filter(column => "
        "column.getAttribute('aria-busy') === 'false' && "
        "/ended|reached|stopped/.test(column.querySelector('.caption').textContent)"
        ").length >= count",
        arg=sheets,
    )


def story(page, sheet: int = 0) -> str:
    paragraphs = page.locator(".story").nth(sheet).locator("p").all_text_contents()
    return "\n\n".join(paragraphs)


def word(page, text: str):
    return page.locator(".story .word:not(.given)", has_text=re.compile(f"^{text}$")).first


# ------------------------------------------------------------------------------------------ telling


def test_a_story_is_told_with_the_dials_that_are_set(visit, mock):
    page = visit()
    page.fill("#dial-temperature", "0.35")
    page.fill("#seed", "42")
    text = tell(page)
    asked = mock.bodies("tell")[-1]
    assert text.startswith(OPENING)
    assert "warm blue scarf" in text
    assert len(text) > 300
    assert (asked["prompt"], asked["temperature"], asked["seed"]) == (OPENING, 0.35, 42)
    assert (asked["run"], asked["checkpoint"]) == ("fables_two_layers", "best")
    assert "tokens per second" in page.text_content(".caption")


def test_a_dial_out_of_range_is_said_and_nothing_is_asked(visit, mock):
    page = visit()
    page.wait_for_function("() => document.querySelector('.run').options.length")
    page.fill("#dial-temperature", "7")
    page.click("#tell")
    assert page.text_content("#note-temperature") == "a number from 0 to 2"
    assert page.evaluate("document.activeElement.id") == "dial-temperature"
    assert mock.bodies("tell") == []


def test_escape_stops_and_what_was_told_stays(visit, mock):
    mock.pace = 0.05
    page = visit()
    page.fill("#opening", OPENING)
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.querySelectorAll('.story .word:not(.given)').length > 3")
    page.keyboard.press("Escape")
    ended(page)
    text = story(page)
    assert "stopped" in page.text_content(".caption")
    page.wait_for_timeout(150)
    assert story(page) == text
    assert len(text) < 200
    mock.pace = 0.0
    page.click("#go-on")
    page.wait_for_function(
        "() => document.querySelector('.caption').textContent.includes('by itself')"
    )
    assert story(page).startswith(text)
    assert mock.bodies("tell")[-1]["prompt"].endswith(text.split("\n\n")[-1])


def test_a_server_that_hangs_can_be_stopped(visit, mock):
    page = visit()
    text = tell(page)
    mock.hang.set()
    page.click("#retry")
    page.wait_for_selector(".sheet.waiting")
    page.click("#stop")
    page.wait_for_selector(".sheet:not(.waiting)")
    assert story(page) == text


def test_retry_takes_another_seed(visit, mock):
    page = visit()
    first = tell(page)
    shown = page.text_content(".story")
    page.click("#retry")
    page.wait_for_function("first => document.querySelector('.story').textContent !== first",
                           arg=shown)  # fmt: skip
    ended(page)
    seeds = [body["seed"] for body in mock.bodies("tell")]
    assert seeds[0] != seeds[1] == int(page.input_value("#seed"))
    assert story(page) != first


def test_words_and_features_become_a_header(visit, mock):
    page = visit()
    page.fill("#asked-words", "dance, coin brave")
    page.click("text=Bad ending")
    page.fill("#opening", "")
    page.click("#tell")
    ended(page)
    header = "Words: dance, coin, brave\nFeatures: BadEnding\nStory:\n\n"
    assert mock.bodies("tell")[-1]["prompt"] == header


# ------------------------------------------------------------------------------- words and branches


def test_a_word_is_shaded_by_its_probability_and_shows_its_alternatives(visit):
    page = visit()
    tell(page)
    shades = page.eval_on_selector_all(".word", "words => words.map(w => w.dataset.bin)")
    assert set(shades) <= set("01234")
    assert len(set(shades)) > 1
    word(page, "spoon").hover()
    page.wait_for_selector("#tip:popover-open")
    assert re.search(r"spoon\s*\d+ %", page.inner_text("#tip"))


def test_an_alternative_takes_the_place_of_a_word_and_undo_takes_it_back(visit, mock):
    page = visit()
    text = tell(page)
    seed = mock.bodies("tell")[-1]["seed"]
    word(page, "owl").click()
    choice = page.locator("#menu .choice").nth(1)
    name = choice.locator(".name").text_content()
    choice.click()
    page.wait_for_selector(".word.chosen")
    ended(page)
    before = text.split(" owl")[0]
    asked = mock.bodies("tell")[-1]
    assert asked["prompt"] == before + (name if name == "." else f" {name}")
    assert asked["seed"] == seed
    assert story(page).startswith(before)
    assert story(page) != text
    page.click("#undo")
    assert story(page) == text


def test_a_story_goes_on_from_a_word_and_can_end_there(visit, mock):
    page = visit()
    text = tell(page)
    shown = page.text_content(".story")
    word(page, "owl").click()
    page.click("#menu .go-on")
    page.wait_for_function("before => document.querySelector('.story').textContent !== before",
                           arg=shown)  # fmt: skip
    ended(page)
    kept = text.split(" owl")[0] + " owl"
    assert story(page).startswith(kept)
    assert mock.bodies("tell")[-1]["prompt"].endswith(kept.split("\n\n")[-1])
    word(page, "owl").click()
    page.click("#menu .choice:has-text('the story ends')")
    assert story(page) == kept.removesuffix(" owl")


def test_a_menu_stays_right_while_the_opening_gets_its_numbers(visit, mock):
    """The server's tokens of an opening are others than the page's own, before it has asked."""
    mock.held.set()
    page = visit()
    text = tell(page, "Extraordinary caterpillars whispered together")
    word(page, "owl").click()
    mock.held.clear()
    page.wait_for_selector(".word.given[data-bin]")
    page.click("#menu .go-on")
    page.wait_for_function("() => document.querySelector('.caption').textContent.includes('seed')")
    ended(page)
    assert mock.bodies("tell")[-1]["prompt"] == text.split(" owl")[0] + " owl"


def test_a_word_of_several_tokens_has_alternatives_for_each(visit):
    page = visit()
    tell(page)
    word(page, "together").click()
    parts = page.locator("#menu .part")
    assert parts.all_text_contents() == ["toge", "ther"]
    before = page.inner_text("#menu .alternatives")
    parts.nth(1).click()
    assert parts.nth(1).get_attribute("aria-pressed") == "true"
    assert page.inner_text("#menu .alternatives") != before


def test_a_break_is_underlined_with_the_graders_reason(visit, mock):
    mock.broken_at = "blue"
    page = visit()
    text = tell(page)
    page.wait_for_selector(".verdict.breaks")
    assert page.locator(".word.broken").all_text_contents() == ["blue"]
    said = "A fact is forgotten at “blue”. What would fit: “silver”."
    assert page.text_content(".verdict") == said
    body = mock.bodies("grade")[-1]
    assert body["prefix"] == OPENING
    assert OPENING + body["text"] == text


def test_attention_shades_earlier_words_only(visit, mock):
    page = visit()
    tell(page)
    page.check("input[value=gaze]")
    page.select_option("#head", index=2)
    word(page, "scarf").hover()
    page.wait_for_selector(".word.looking")
    index, shaded = page.evaluate(
        "() => { const all = [...document.querySelectorAll('.word')];"
        "return [all.findIndex(w => w.matches('.looking')),"
        "all.flatMap((w, i) => w.dataset.gaze ? [i] : [])]; }"
    )
    assert shaded
    assert max(shaded) < index
    assert mock.bodies("attention")[-1]["head"] == 2


# -------------------------------------------------------------------------- two sheets, checkpoints


def test_two_sheets_are_told_at_once_with_one_seed(visit, mock):
    page = visit()
    page.click("#compare")
    page.locator(".run").nth(1).select_option("tales_of_the_hub")
    tell(page, sheets=2)
    first, second = mock.bodies("tell")
    assert {first["run"], second["run"]} == {"fables_two_layers", "tales_of_the_hub"}
    assert (first["seed"], first["prompt"]) == (second["seed"], second["prompt"])
    assert story(page, 0) != story(page, 1)


def test_the_slider_tells_the_same_opening_at_each_checkpoint_once(visit, mock):
    page = visit()
    tell(page)
    slider = page.locator(".learning input").first
    stories = {}
    for key, step in (("Home", 100), ("ArrowRight", 200), ("Home", 100)):
        slider.press(key)
        page.wait_for_function(
            "step => document.querySelector('.checkpoint').value === String(step) && "
            "document.querySelector('.column').getAttribute('aria-busy') === 'false'",
            arg=step,
        )
        ended(page)
        assert stories.setdefault(step, story(page)) == story(page)
    assert [body["checkpoint"] for body in mock.bodies("tell")] == ["best", 100, 200]
    assert {body["prompt"] for body in mock.bodies("tell")} == {OPENING}
    page.click("#undo")
    assert story(page) not in stories.values()


# --------------------------------------------------------------------------------- links and memory


def test_a_link_tells_the_same_story_in_another_browser(visit):
    page = visit()
    page.fill("#seed", "77")
    page.fill("#dial-temperature", "1.1")
    page.select_option(".checkpoint", "400")
    tell(page, "It's 100 % true & <odd>: “ä”\n\nOne day")
    word(page, "owl").click()
    page.locator("#menu .choice").first.click()
    page.wait_for_selector(".word.chosen")
    ended(page)
    page.click("#share")
    link = page.input_value("#link-box input")
    assert "#" in link
    assert "seed=77" in link
    other = visit(link)
    ended(other)
    assert story(other) == story(page)
    assert other.input_value("#opening") == "It's 100 % true & <odd>: “ä”\n\nOne day"
    assert other.input_value("#seed") == "77"
    assert other.input_value(".checkpoint") == "400"


def test_a_link_to_a_run_that_is_not_here_says_so(visit, mock):
    page = visit(f"{mock.url}#run=gone&opening=One%20day&seed=3")
    page.wait_for_selector(".column .trouble:visible")
    assert "The run gone of this link is not here" in page.text_content(".column .trouble")
    assert page.input_value("#opening") == "One day"
    assert mock.bodies("tell") == []


def test_a_reload_loses_nothing(visit):
    page = visit()
    page.select_option(".checkpoint", "200")
    text = tell(page)
    page.fill("#opening", "Something else")
    page.fill("#seed", "5")
    page.reload()
    page.wait_for_function("() => document.querySelector('.checkpoint').value === '200'")
    assert story(page) == text
    assert page.input_value("#opening") == "Something else"
    assert page.input_value("#seed") == "5"


def test_the_light_is_remembered(visit):
    page = visit(color_scheme="light")
    page.click("#theme")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


# -------------------------------------------------------------------------------- when things break


def test_a_busy_server_is_asked_again_after_its_wait(visit, mock):
    page = visit()
    mock.failures = [("tell", 429, BUSY, {"Retry-After": "1"})]
    page.fill("#opening", OPENING)
    page.click("#tell")
    page.wait_for_selector(".column .trouble:visible")
    assert re.search(r"Too many stories at once\. It is asked again in 1 s",
                     page.text_content(".column .trouble"))  # fmt: skip
    ended(page)
    assert len(mock.bodies("tell")) == 2
    assert page.is_hidden(".column .trouble >> nth=0")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (("tell", 0, {}, {}), "The server does not answer"),
        (("tell", 404, GONE, {}), "There is no run named fables_two_layers"),
        (("half", 0, {}, {}), "broke off"),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_written_is_lost(visit, mock, failure, words):
    page = visit()
    text = tell(page)
    mock.failures = [failure]
    page.click("#tell")
    page.wait_for_selector(".column .trouble:visible")
    assert words in page.text_content(".column .trouble")
    assert text.startswith(story(page))
    assert page.input_value("#opening") == OPENING
    page.click(".column .trouble button")
    page.wait_for_selector(".column .trouble", state="hidden")
    ended(page)
    assert story(page) == text


def test_a_server_that_is_gone_at_first_can_be_met_later(visit, mock):
    mock.failures = [("runs", 0, {}, {})]
    page = visit()
    page.wait_for_selector("#no-runs:visible")
    page.fill("#opening", "Mine")
    page.click("#no-runs button")
    page.wait_for_function("() => document.querySelector('.run').options.length")
    assert page.input_value("#opening") == "Mine"
    assert page.is_hidden("#no-runs")


def test_a_server_that_asks_for_a_key_gets_it(visit, mock):
    mock.key = "open sesame"
    page = visit()
    page.fill("#no-runs input", "open sesame")
    page.click("#no-runs button")
    assert "warm blue scarf" in tell(page)


def test_what_a_model_writes_stays_text(visit, mock):
    mock.tail = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
    mock.broken_at = "<img"
    mock.runs[0]["name"] = "<i>run</i>"
    mock.runs[0]["card"]["data"] = "<u>data</u>"
    page = visit()
    text = tell(page)
    page.click(".about")
    assert mock.tail in text
    assert page.locator("main :is(img, script, b, i, u)").count() == 0
    assert page.title() == "storylm studio"
    assert "<u>data</u>" in page.text_content(".card")


# ------------------------------------------------------------------------------------ for everybody


def test_all_can_be_done_with_keys_alone(visit, mock):
    page = visit()
    page.wait_for_function("() => document.querySelector('.run').options.length")
    page.keyboard.press("Control+Enter")
    ended(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.word')"):
            break
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") != first
    page.wait_for_selector("#tip:popover-open")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "go-on"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".word.chosen")
    ended(page)
    assert page.evaluate("document.activeElement.matches('.word')")
    page.keyboard.press("Control+z")
    assert page.locator(".word.chosen").count() == 0
    assert len(mock.bodies("tell")) == 2


def test_a_listener_hears_sentences_not_tokens(visit, mock):
    page = visit()
    page.evaluate(
        "() => { window.heard = []; new MutationObserver(changes => changes.forEach(change => "
        "change.addedNodes.forEach(node => heard.push(node.textContent))))"
        ".observe(document.getElementById('announcer'), { childList: true }); }"
    )
    tell(page)
    heard = page.evaluate("heard")
    assert heard[0] == "Telling."
    assert len(heard) <= 4
    assert "warm blue scarf." in " ".join(heard)
    assert "ended by itself" in heard[-1]


def test_a_phone_never_scrolls_sideways(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.wait_for_function("() => document.querySelector('.run').options.length")
    page.tap("#compare")
    tell(page, "Once" + "upon" * 40, sheets=2)
    page.tap(".about >> nth=0")
    page.tap("#dials-box > summary")
    page.tap("#dials-box details summary")
    word(page, "owl").tap()
    page.wait_for_selector("#menu:popover-open")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator("#menu").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_every_control_has_a_name(visit):
    page = visit()
    page.wait_for_function("() => document.querySelector('.run').options.length")
    page.click("#compare")
    page.click("text=More dials")
    unnamed = page.eval_on_selector_all(
        "button, select, input, textarea",
        "all => all.filter(one => one.checkVisibility() && !(one.labels?.length || "
        "one.ariaLabel || one.textContent.trim())).map(one => one.outerHTML)",
    )
    assert unnamed == []


@pytest.mark.parametrize("light", ["light", "dark"])
def test_ink_keeps_its_contrast_on_every_ground(visit, light):
    page = visit(color_scheme=light)
    grounds = ["paper", "sheet", "field", "tint", "wrong-tint"]
    shades = [f"{kind}-{i}" for kind in ("bin", "gaze") for i in range(1, 5)]
    pairs = [("ink", ground) for ground in grounds + shades]
    pairs += [(ink, ground) for ink in ("soft", "accent", "wrong") for ground in grounds[:3]]
    pairs += [("on-accent", "accent")]
    for ink, ground in pairs:
        ratio = contrast(colour(page, ink), colour(page, ground))
        assert ratio >= 4.5, f"{ink} on {ground} in {light}: {ratio:.2f}"


def colour(page, name: str) -> list[float]:
    value = page.evaluate(
        "name => { const one = document.createElement('i'); one.style.color = `var(--${name})`;"
        "document.body.append(one); const found = getComputedStyle(one).color; one.remove();"
        "return found; }",
        name,
    )
    return [float(part) / 255 for part in re.findall(r"[\d.]+", value)[:3]]


def contrast(one: list[float], other: list[float]) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""

    def light(channels: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# ----------------------------------------------------------------------------- without a browser


def test_the_page_asks_for_nothing_from_elsewhere():
    for file in PAGE.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.|@import|innerHTML|eval\(|\sstyle=", text), (
            file.name
        )


def test_openings_of_the_story_world_are_in_it():
    code = Path(PAGE / "opening.js").read_text(encoding="utf-8")
    block = re.search(r'"From the story world": (\[.*?\])', code, re.DOTALL)
    assert block is not None
    for opening in ast.literal_eval(block[1]):
        assert read(opening).position == len(opening), opening
