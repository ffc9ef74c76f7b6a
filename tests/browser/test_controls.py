"""Controls in a real browser: each changes what is painted, where it stands, and what the page says."""

import re

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.lessons.views import page_names
from ui.link.link import write_link
from ui.shell.presets import PRESETS
from ui.views.fields import DEFAULTS

MAIN = ("cell", "activation", "steps", "weight_scale", "loss")
CSV = b"left,right\r\n0.1,1\r\n0.2,0\r\n0.4,-1\r\n0.8,0\r\n"


def test_every_main_control_changes_what_is_painted(visit):
    page, seen = visit(), set()
    for act in (
        lambda: page.slider("steps").press("ArrowRight"),
        lambda: page.slider("weight_scale").press("ArrowRight"),
        lambda: page.choose("activation", "ReLU"),
        lambda: page.pick("loss", "all steps"),
        lambda: page.pick("cell", "GRU"),
    ):
        seen.add(page.drawn)
        page.repaint(act)
    assert len(seen | {page.drawn}) == 6
    page.wait_query(steps="51", weight_scale="1.01", activation="relu", loss="all", cell="gru")


def test_a_number_draws_the_body_alone_and_once(visit):
    page, heard = visit(alone=True), []
    page.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))
    page.page.reload()
    page.wait_painted()
    heard.clear()
    page.repaint(lambda: page.slider("weight_scale").press("ArrowRight"))
    sent = [ForwardMsg.FromString(frame) for frame in heard]
    ends = [message.script_finished for message in sent if message.WhichOneof("type") == "script_finished"]
    assert ends == [ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]
    drawn = {message.delta.fragment_id for message in sent if message.WhichOneof("type") == "delta"}
    assert len(drawn) == 1 and drawn != {""}


def test_groups_open_and_their_controls_count(visit):
    page = visit("?cell=lstm")
    page.group("LSTM knobs")
    page.repaint(lambda: page.slider("forget_bias").press("End"))
    page.group("Precision and view")
    page.repaint(lambda: page.choose("precision", "bfloat16"))
    page.repaint(lambda: page.page.locator(".st-key-state_units label").first.click())
    page.wait_query(cell="lstm", forget_bias="6", precision="bfloat16", state_units="on")
    page.group("Initialisation")
    seed = page.page.get_by_label("Seed", exact=True)
    seed.fill("7")
    page.repaint(lambda: seed.press("Enter"))
    assert page.query["seed"] == "7"


def test_presets_and_reset(visit):
    page, alts = visit(), set()
    default = page.view
    for preset in PRESETS[1:]:
        page.repaint(lambda preset=preset: page.preset(preset.name))
        page.wait_query(**write_link(DEFAULTS | preset.values))
        alts.add(page.alt)
    assert len(alts) == len(PRESETS) - 1
    page.repaint(lambda: page.press("reset"))
    assert page.view == default


def test_chosen_steps_carry_the_loss(visit):
    page = visit()
    page.repaint(lambda: page.pick("loss", "chosen"))
    page.wait_query(loss="chosen", loss_steps="25,50")
    field = page.page.get_by_label("Steps with a loss")
    field.fill("10, 40")
    page.repaint(lambda: field.press("Enter"))
    page.wait_query(loss="chosen", loss_steps="10,40")
    field.fill("10, forty")
    field.press("Enter")
    expect(page.page.get_by_role("alert")).to_contain_text("loss_steps = 'forty' is no whole number")


def test_an_own_sequence_is_pasted(visit):
    page = visit()
    page.group("Input and loss")
    page.choose("signal", "own sequence")
    expect(page.page.get_by_role("status")).to_contain_text("Paste a sequence or load a file")
    field = page.page.get_by_role("textbox", name="Paste a sequence")
    field.fill("0.5, 1, 0, -1, 0.25")
    page.repaint(lambda: field.press("Control+Enter"))
    page.wait_query(signal="own", own="0.5;1;0;-1;0.25", steps="5")
    assert page.slider("steps").input_value() == "5"


def test_an_own_sequence_is_loaded_and_a_bad_file_refused_by_name(visit):
    page = visit("?signal=own&own=1;2;3&steps=3")
    page.group("Input and loss")
    load = page.page.locator(".st-key-own_file input[type=file]").set_input_files
    page.repaint(lambda: load({"name": "good.csv", "mimeType": "text/csv", "buffer": CSV}))
    page.wait_query(signal="own", own="0.1,1;0.2,0;0.4,-1;0.8,0", steps="4")
    before = page.drawn
    load({"name": "bad.csv", "mimeType": "text/csv", "buffer": b"1\n2\nNaN\n"})
    expect(page.page.get_by_role("alert")).to_contain_text("own = 'NaN' in line 3 is no number in [-1e6, 1e6]")
    assert page.drawn == before


def test_a_fault_is_said_once_and_mended_in_the_widget_too(visit):
    page = visit("?signal=impulse&impulse_step=30")
    before, old = page.drawn, page.alt
    page.slider("steps").press("Home")
    alert = page.page.get_by_role("alert")
    expect(alert).to_contain_text("impulse_step = 30 is outside [1, 2], the steps there are.")
    assert (page.drawn, page.alt) == (before, old), "the view stays that of the last valid settings"
    page.repaint(lambda: page.page.get_by_role("button", name="Use impulse_step = 2").click())
    expect(alert).to_have_count(0)
    page.wait_query(signal="impulse", impulse_step="2", steps="2")
    page.group("Input and loss")
    expect(page.page.get_by_label("Impulse at step")).to_have_value("2")


def test_nothing_jumps_when_a_slider_moves(visit):
    page = visit(width=1280, height=720)
    place, places, verdicts = page.page.locator(".st-key-chart .bf-plot"), set(), set()
    for key in ("Home", "PageUp", "PageUp", "PageUp", "PageUp", "End"):
        page.repaint(lambda key=key: page.slider("weight_scale").press(key))
        box = place.bounding_box()
        places.add((box["x"], box["y"], box["width"]))
        verdicts.add(page.verdict)
    assert len(verdicts) >= 4
    assert len(places) == 1


def test_the_chart_follows_its_own_width(visit):
    page = visit(width=1280, height=720, alone=True)  # the browser remembers a closed sidebar
    width = "document.querySelector('.bf-plot')._fullLayout.width - document.querySelector('.bf-plot').clientWidth"
    before = page.page.evaluate("document.querySelector('.bf-plot').clientWidth")
    page.page.locator("section.stSidebar").hover()
    page.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    page.wait_until(f"document.querySelector('.bf-plot').clientWidth > {before + 100} && {width} === 0")


def test_on_a_small_screen_the_main_controls_and_the_groups_are_in_view(visit):
    page = visit(width=1280, height=720)
    for cell in ("Phased", "LSTM", "GRU", "RNN"):
        page.repaint(lambda cell=cell: page.pick("cell", cell))
        for name in MAIN:
            expect(page.page.locator(f".st-key-{name}")).to_be_in_viewport(ratio=1)
        for summary in page.page.locator("section.stSidebar summary").all():
            expect(summary).to_be_in_viewport(ratio=1)
        expect(page.page.locator(".bf-verdict")).to_be_in_viewport(ratio=1)
    sidebar = page.page.locator("section.stSidebar [data-testid=stSidebarContent]")
    assert sidebar.evaluate("box => box.scrollHeight <= box.clientHeight"), "the sidebar scrolls"


def test_the_keyboard_reaches_everything(visit):
    page = visit()
    reached, active = [], "document.activeElement.closest('[class*=st-key-]')?.className ?? ''"
    for _ in range(70):
        page.page.keyboard.press("Tab")
        reached += re.findall(r"st-key-(\S+)", page.page.evaluate(active))
    names = list(dict.fromkeys(reached))
    assert [name for name in names if name in MAIN] == list(MAIN), "in the order they stand"
    assert {"reset", "copy_link", "export", "chart"} <= set(names)


def test_the_chart_shows_where_the_keyboard_is(visit):
    page = visit()
    page.page.locator(".bf-plot").focus()
    page.page.keyboard.press("Shift+Tab")
    for _ in range(2):  # past the lesson that a term before it names
        if not page.page.evaluate("document.activeElement.className").startswith("bf-plot"):
            page.page.keyboard.press("Tab")
    outline = page.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    assert page.page.evaluate("document.activeElement.className").startswith("bf-plot")


def test_arrow_keys_move_a_slider_step_by_step(visit):
    page = visit()
    slider = page.slider("weight_scale")
    slider.focus()
    for key, value in (("ArrowRight", "1.01"), ("ArrowUp", "1.02"), ("ArrowLeft", "1.01")):
        page.repaint(lambda key=key: page.page.keyboard.press(key))
        assert (slider.input_value(), page.query) == (value, {"weight_scale": value})


def test_the_words_follow_the_run(visit):
    page = visit()
    assert page.page.locator(".bf-plot").get_attribute("role") == "img"
    alts = {page.alt}
    page.repaint(lambda: page.slider("steps").press("PageUp"))
    assert f"step {page.query['steps']}" in page.alt
    alts.add(page.alt)
    page.repaint(lambda: page.pick("cell", "LSTM"))
    assert len(alts | {page.alt}) == 3


def test_dark_is_dark_and_light_is_light(visit):
    colours = {}
    for dark in (False, True):
        page = visit("?cell=lstm", dark=dark).page
        ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        font = page.evaluate("document.querySelector('.bf-plot')._fullLayout.font.color")
        colours[dark] = (sum(map(int, re.findall(r"\d+", ground)[:3])), font)
    assert colours[False][0] > 700 and colours[True][0] < 120
    assert colours[False][1] != colours[True][1]


@pytest.mark.slow
def test_every_page_of_the_menu_opens(visit):
    page = visit("?cell=lstm&steps=20&hidden=8")
    for name in page_names():
        page.turn_to(name if name != "flow" else "?")
        page.page.wait_for_url(f"{page.server}/{name if name != 'flow' else ''}?*cell=lstm*")
        page.page.wait_for_selector(".bf-plot[data-painted]")
        page.wait_still()
        assert page.page.get_by_test_id("stException").count() == 0
