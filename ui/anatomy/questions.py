"""The five questions of the course: settings that pose each, the page that answers, and what to look at there."""

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
        "It follows the powers of W_hᵀ: the measured curve lies on the closed form, and for long distances on |λ|_max; "
        "what σ_max promises is only the first steps.",
    ),
    Question(
        "relu_tanh",
        "ReLU or tanh",
        "Why does a ReLU net keep or explode the gradient where a tanh net loses it?",
        "ui/pages/paths.py",
        {"activation": "relu", "weight_scale": 1.4},
        {"activation": "tanh"},
        "Every step back multiplies by σ': a ReLU's is 1 or 0, whatever the size of the state, a tanh's falls below 1 "
        "wherever the unit is driven.",
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
        "Along the cell state: dL/dc_{t−1} = f_t ⊙ dL/dc_t and what comes through the gates. With f near 1 almost all "
        "of it passes no matrix at all.",
    ),
    Question(
        "resnet",
        "ResNet",
        "What do residual networks and the LSTM have in common?",
        "ui/pages/paths.py",
        {"residual": True, "weight_scale": 0.5},
        {"residual": False},
        "An additive path. h' = h + σ(u) copies the gradient along the skip, as c' = f ⊙ c + i ⊙ g does along the cell "
        "state: the skip is a forget gate fixed at 1, the branch is i ⊙ g.",
    ),
)
BY_NAME = {question.name: question for question in QUESTIONS}
