"""The server's settings: every name is known to Streamlit, nothing leaves the machine, every text can be read."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit import config

SETTINGS = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text(encoding="utf-8"))
PAINTED = [  # (theme, section whose backgrounds count)
    ("light", SETTINGS["theme"]["light"]),
    ("light", SETTINGS["theme"]["light"]["sidebar"]),
    ("dark", SETTINGS["theme"]["dark"]),
    ("dark", SETTINGS["theme"]["dark"]["sidebar"]),
]


def flat(table: dict, prefix: str = "") -> dict[str, object]:
    """{"theme": {"light": {"textColor": x}}} as {"theme.light.textColor": x}."""
    rows = {}
    for name, value in table.items():
        rows |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return rows


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours "#rrggbb", 1 to 21   (WCAG 2.2, relative luminance)"""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", flat(SETTINGS))
def test_streamlit_knows_every_option(name):
    assert name in config.get_config_options()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("browser.gatherUsageStats", False),
        ("client.showErrorLinks", False),
        ("server.showEmailPrompt", False),
        ("server.fileWatcherType", "none"),
        ("runner.postScriptGC", False),
    ],
)
def test_server_asks_nothing_of_the_outside_and_stays_light(name, value):
    assert flat(SETTINGS)[name] == value


def test_no_font_and_no_theme_comes_from_elsewhere():
    assert not [name for name, value in flat(SETTINGS).items() if "://" in str(value)]


@pytest.mark.parametrize(("theme", "section"), PAINTED)
@pytest.mark.parametrize("background", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("ink", ["textColor", "primaryColor", "linkColor", "codeTextColor"])
def test_ink_can_be_read_on_its_background(theme, section, background, ink):
    assert contrast(SETTINGS["theme"][theme][ink], section[background]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ticks_and_knobs_stand_out_on_the_accent(theme):
    assert contrast(SETTINGS["theme"][theme]["primaryColor"], "#ffffff") >= 3


def test_contrast_matches_the_values_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


BELOW = """
from streamlit import config
config.set_option("server.baseUrlPath", {base!r})
config.set_option("server.port", 8600)
config.set_option("server.address", "localhost")
import serve
print(*serve.addresses(), *(route.path for route in serve.ROUTES))
"""


@pytest.mark.parametrize(("base", "place"), [("", ""), ("/tools/backflow/", "/tools/backflow")])
def test_the_app_is_found_below_the_path_that_it_is_given(base, place):
    program, root = BELOW.format(base=base), Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    address, *routes = done.stdout.split()
    assert address == f"http://localhost:8600{place}"
    pages = {path.stem for path in (root / "ui/pages").glob("[!_]*.py")}
    assert {f"{place}/{name}" for name in ("", "favicon.png", *pages)} == set(routes)
