"""A word model with and without dropout, after Zaremba, Sutskever, Vinyals 2014."""

from lab.settings import LabSettings

from .base import Claim, Recipe, at_least, below

EPOCHS, UPDATES_AN_EPOCH = 12, 127
PLAIN = LabSettings(
    task="words", cell="lstm", layers=2, hidden=200, embedding=200, start=0.05, batch=20, length=20, carry=True,
    reduction="sum", optimiser="sgd", rate=1.0, clip=5, schedule="epochs", rate_factor=1 / 1.5, rate_epoch=6,
    updates=EPOCHS * UPDATES_AN_EPOCH, evaluate_every=UPDATES_AN_EPOCH,
)  # fmt: skip
DROPPED = PLAIN.replace(dropout=0.4, dropout_ends=True)
RUNS = {
    "lstm": PLAIN,
    "lstm, dropout": DROPPED,
    "gru": PLAIN.replace(cell="gru", rate=0.8),
    "gru, dropout": DROPPED.replace(cell="gru", rate=0.8),
}


def judge(runs):
    """By the perplexity on training and test windows."""
    test = {label: run.metrics["perplexity"] for label, run in runs.items()}
    train = {label: train_perplexity(run) for label, run in runs.items()}
    claims = []
    for cell in ("lstm", "gru"):
        dropped = f"{cell}, dropout"
        claims.append(
            at_least(f"share of test perplexity that dropout takes, {cell}", 1 - test[dropped] / test[cell], 0.15)
        )
        gap, wide = test[dropped] - train[dropped], test[cell] - train[cell]
        claims.append(Claim(f"test − train narrower with dropout than {wide:.0f}, {cell}", gap, gap < wide))
    return [*claims, below("test perplexity of LSTM with dropout", test["lstm, dropout"], 125)]


def train_perplexity(run):
    """On the training windows, without dropout."""
    from lab.scoring import evaluate_training

    return evaluate_training(run.model, run.training.task).metrics("mean", "language")["perplexity"]


WORDS = Recipe(
    name="words",
    title="Words, with and without dropout",
    shows="Without dropout the training perplexity falls far below the test's; with it the two stay together.",
    runs=RUNS,
    lecture={"lstm": PLAIN.replace(hidden=64, embedding=64, updates=3 * UPDATES_AN_EPOCH)},
    judge=judge,
    reported="2 × 200 units, 25 epochs, another corpus, train/test: LSTM 39/116, with dropout 44/93; GRU 34/130, 42/97",
)
