"""The verdict in words a student understands, with its numbers."""

from dataclasses import dataclass

from cells.words import factor, from_log10, percent, steps

from .way_back import Curve, VerdictFacts

BUMP = 0.5  # decades beyond both ends that make a rise or a fall on the way worth a clause


@dataclass(frozen=True)
class Headline:
    """A verdict in words, in the parts a heading shows."""

    kind: str  # of the credit's curve
    head: str  # `Vanishing`, or what the total looks like with the loss on many steps
    rest: str  # of the first sentence, without its full stop
    contrast: str  # what the last loss's credit does, where many losses hide it; else empty
    remarks: tuple[str, ...]  # whole sentences

    @property
    def sentence(self) -> str:
        """Return all of it in running text."""
        contrast = f"; {self.contrast}" if self.contrast else ""
        return " ".join([f"{self.head}: {self.rest}{contrast}.", *self.remarks])

    @property
    def more(self) -> str:
        """Return what follows the first sentence, as sentences of its own."""
        contrast = [f"{_capital(self.contrast)}."] if self.contrast else []
        return " ".join([*contrast, *self.remarks])


def headline(verdict: VerdictFacts) -> Headline:
    """Compose one sentence for a loss on one step; two where losses on many steps hide what happens to its credit."""
    alive = verdict.credit.log10_peak == verdict.credit.log10_peak
    said = _many(verdict) if verdict.attached > 1 and alive else _one(verdict)
    where = [f"(Layer {verdict.layer + 1} of {verdict.layers}.)"] if verdict.layer + 1 < verdict.layers else []
    return Headline(verdict.credit.kind, *said, (*_remarks(verdict), *where))


def _one(verdict: VerdictFacts) -> tuple[str, str, str]:
    """Head, rest and no contrast: there is one curve to speak of."""
    return _capital(HEADS[verdict.credit.kind]), _said(verdict.credit), ""


def _many(verdict: VerdictFacts) -> tuple[str, str, str]:
    """Head and rest about the total; as contrast what the last step's loss alone does."""
    total, credit = verdict.total, verdict.credit
    looks = {"stable": "Looks healthy", "copied": "Looks healthy"}.get(total.kind, _capital(HEADS[total.kind]))
    where = "every step" if verdict.attached == verdict.steps else f"{verdict.attached} steps"
    but = "but the credit" if verdict.masked else "and the credit"
    contrast = f"{but} of step {credit.last}'s loss alone is {HEADS[credit.kind]}: {_said(credit)}"
    return f"{looks}, with the loss on {where}", _ratio(total), contrast


HEADS = {
    "vanishing": "vanishing",
    "exploding": "exploding",
    "stable": "stable",
    "copied": "copied unchanged",
    "zero": "dead",
    "overflow": "overflowing",
    "nan": "not a number",
    "single": "at its source",
}


def _said(curve: Curve) -> str:
    """Return what a curve does, with its numbers."""
    return SAYINGS[curve.kind](curve) + _bump(curve)


def _vanishing(curve: Curve) -> str:
    return f"each step back keeps {_kept(curve)}; half is gone after {steps(curve.half_life)}; {_ratio(curve)}"


def _exploding(curve: Curve) -> str:
    return (
        f"each step back multiplies the gradient by {factor(curve.log10_decay)}; "
        f"it doubles every {steps(curve.doubling)}; {_ratio(curve)}"
    )


def _stable(curve: Curve) -> str:
    return f"each step back keeps {_kept(curve)}; {_ratio(curve)}"


def _copied(curve: Curve) -> str:
    return f"every step hands the gradient on bit for bit; {_ratio(curve)}"


def _zero(curve: Curve) -> str:
    if curve.log10_peak != curve.log10_peak:
        return f"the loss at step {curve.last} has a gradient of exactly 0"
    before = "" if curve.reach < 3 else " and at every step before it"
    return f"the gradient is exactly 0 at step {curve.reach - 1}{before}{_until(curve)}"


def _overflow(curve: Curve) -> str:
    return f"the gradient leaves what float64 can hold at step {_broken(curve)}{_until(curve)}"


def _nan(curve: Curve) -> str:
    return (
        f"the gradient is not a number from step {_broken(curve)} back, because a state had overflowed{_until(curve)}"
    )


def _single(curve: Curve) -> str:
    return f"the loss sits on step {curve.last} and has no step to travel back"


SAYINGS = {
    "vanishing": _vanishing,
    "exploding": _exploding,
    "stable": _stable,
    "copied": _copied,
    "zero": _zero,
    "overflow": _overflow,
    "nan": _nan,
    "single": _single,
}


def _broken(curve: Curve) -> int:
    """Return the latest step at which the curve is no number any more."""
    return curve.last if curve.log10_peak != curve.log10_peak else curve.reach - 1


def _until(curve: Curve) -> str:
    """Return what holds down to the last step that is still fine."""
    if curve.log10_decay != curve.log10_decay:
        return ""
    verb = f"keeps {_kept(curve)}" if curve.log10_decay < 0 else f"multiplies it by {factor(curve.log10_decay)}"
    return f"; down to step {curve.reach} each step back {verb}"


def _kept(curve: Curve) -> str:
    """Return percent kept a step, also where it is far below what a float holds."""
    return percent(curve.decay_per_step) if curve.log10_decay > -300 else f"{from_log10(curve.log10_decay + 2)} %"


def _ratio(curve: Curve) -> str:
    """`step 1 gets 2·10⁻⁵ of what step 50 gets`."""
    log10, who, what = curve.log10_ratio, f"step {curve.first}", f"what step {curve.last} gets"
    if log10 != log10:
        return f"there is no finite gradient at step {curve.last} to compare with"
    if abs(log10) < 1e-12:
        return f"{who} gets just {what}"
    if log10 > 0.3:
        return f"{who} gets {from_log10(log10)} times {what}"
    part = percent(10.0**log10) if log10 > -2 else from_log10(log10)
    return f"{who} gets {'nothing' if part == 'exactly 0' else part} of {what}"


def _bump(curve: Curve) -> str:
    """Return a rise or a fall on the way that the ends do not show."""
    ends = (0.0, curve.log10_ratio)
    if curve.log10_peak > max(ends) + BUMP:
        return f"; on the way it rises to {from_log10(curve.log10_peak)} times that, at step {curve.peak_step}"
    if curve.log10_dip < min(ends) - BUMP:
        return f"; on the way it falls to {from_log10(curve.log10_dip)} of that, at step {curve.dip_step}"
    return ""


def _remarks(verdict: VerdictFacts) -> list[str]:
    """Return what else is true and worth saying."""
    said = _walls(verdict)
    if 0.01 <= verdict.copied < 1:
        said.append(f"{percent(round(verdict.copied, 2))} of the time a unit hands its gradient on bit for bit.")
    if 0 < verdict.dead_samples < 1:
        said.append(
            f"In {percent(round(verdict.dead_samples, 2))} of the samples step {verdict.credit.first} gets exactly 0."
        )
    if verdict.impulse and 1 < verdict.impulse[0] < verdict.credit.last:
        step, log10 = verdict.impulse
        said.append(f"The impulse at step {step} gets {from_log10(log10)} of what step {verdict.credit.last} gets.")
    return said


def _walls(verdict: VerdictFacts) -> list[str]:
    """Return how far truncation lets a loss reach."""
    K, first, last = verdict.truncation, verdict.credit.first, verdict.credit.last
    if not K:
        return []
    if verdict.steps <= K:
        return [f"Truncation to {steps(K)} cuts nothing: the sequence has {verdict.steps}."]
    most = f", and no loss further than {steps(K)}" if verdict.attached > 1 or last - first + 1 < K else ""
    way = f"back to step {first}" if first < last else "no other step"
    return [f"Truncated every {steps(K)}: the loss at step {last} reaches {way}{most}."]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
