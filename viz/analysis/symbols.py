"""The symbols of a graph, which the measure gives in LaTeX, as HTML for figures and as plain words for alt texts."""

import re

INDEX = re.compile(r"([_^])(?:\{([^}]*)\}|(\w))")
TILDE = re.compile(r"\\tilde (\w)")
TAGS = {"_": "sub", "^": "sup"}


def html(latex: str) -> str:
    r"""a<sup>f</sup><sub>t</sub> for a^f_t, c̃<sub>t</sub> for \tilde c_t."""
    return INDEX.sub(lambda m: _tagged(TAGS[m[1]], m[2] or m[3]), _common(latex))


def plain(latex: str) -> str:
    r"""a^f_t as it is, h_t−1 for h_{t-1}, c̃_t for \tilde c_t."""
    return INDEX.sub(lambda m: m[1] + (m[2] or m[3]), _common(latex)).replace("-", "−")


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>{text.replace('-', '−')}</{tag}>"


def _common(latex: str) -> str:
    """Return what both forms write alike: a tilde above a letter, a product by elements."""
    return TILDE.sub("\\1\N{COMBINING TILDE}", latex).replace(r" \odot ", " ⊙ ").replace("\\", "")
