"""The questions of the course: settings that pose each, the page that answers, and what to look at there."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """`values` differ from the defaults; `other` is what the run is compared with; `look` says where the answer is."""

    name: str
    label: str
    ask: str
    page: str
    values: dict[str, Any]
    other: dict[str, Any]
    look: str


QUESTIONS = (
    Question(
        "linear",
        "Linear net",
        "What happens to the gradient in a net without a nonlinearity?",
        "ui/pages/jacobians.py",
        {"activation": "identity", "weight_scale": 0.9},
        {"weight_scale": 1.1},
        r"It follows the powers of $W_h^\top$: the measured curve lies on the closed form, over long distances "
        r"its slope is that of $|\lambda|_{\max}$; what $\sigma_{\max}$ allows lasts for a few steps only.",
    ),
    Question(
        "relu_tanh",
        "ReLU or tanh",
        "Why does a ReLU net keep or explode the gradient where a tanh net loses it?",
        "ui/pages/paths.py",
        {"activation": "relu", "weight_scale": 1.4},
        {"activation": "tanh"},
        r"Every step back multiplies by $\sigma'$: a ReLU's is 1 or 0, whatever the size of the state, a tanh's falls "
        r"below 1 wherever the unit is driven. The distributions below show it.",
    ),
    Question(
        "last_all",
        "Last or all steps",
        "Does a loss on all steps cure the vanishing gradient?",
        "ui/pages/credit.py",
        {"loss": "all"},
        {"loss": "last"},
        "No: every step gets the gradient of its own loss (the diagonal), which makes the total look healthy; the far "
        "corner, late losses for early states, stays as it was.",
    ),
    Question(
        "lstm_dc",
        "LSTM's dL/dc",
        "Which way does the gradient take through an LSTM?",
        "ui/pages/paths.py",
        {"cell": "lstm", "forget_bias": 3.0},
        {"forget_bias": 0.0},
        r"Along the cell state: $\delta c_{t-1} = f_t \odot \delta c_t$, and what comes through the gates. With $f$ "
        r"near 1 most of it passes no matrix at all.",
    ),
    Question(
        "resnet",
        "ResNet",
        "What do residual networks and the LSTM have in common?",
        "ui/pages/paths.py",
        {"residual": True, "weight_scale": 0.05},
        {"residual": False},
        r"A path that adds. $h_t = h_{t-1} + \sigma(u_t)$ copies the gradient along the skip, as "
        r"$c_t = f_t \odot c_{t-1} + i_t \odot g_t$ does along the cell state: the skip is a forget gate fixed at 1.",
    ),
    Question(
        "draws",
        "One draw",
        "Does one draw of the weights prove anything?",
        "ui/pages/fan.py",
        {"activation": "relu", "weight_scale": 1.4, "seed": 0},
        {"seed": 9},
        "Near the critical weight scale it does not: the same net explodes with one seed and vanishes with another. "
        "The band holds the middle 80 % of the draws; move the weight scale until they agree.",
    ),
    Question(
        "gru",
        "GRU at t = 2",
        "What is dL/dW of every matrix of a GRU at its second step?",
        "ui/pages/equations.py",
        {"cell": "gru", "hidden": 4, "steps": 3, "loss": "all", "at": 2, "numbers": "all"},
        {},
        "For the loss of step 2 alone: the local part holds $h_1$ fixed, the rest comes through it, by way of step 1. "
        "Follow the graph forward and backward, then compare with the table and the matrices below.",
    ),
)
BY_NAME = {question.name: question for question in QUESTIONS}
