"""Trust: the backward pass against independent oracles at the settings in use, and which of them can judge at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cells.engine import run
from cells.progress import Report
from cells.settings import RunSettings
from cells.trace import Trace
from cells.words import number

from .oracles import Check, by_complex_step, by_quotient, questions


@dataclass(frozen=True)
class GradientCheck:
    """All checks at one setting."""

    checks: tuple[Check, ...]

    def worst(self, oracle: str) -> float:
        """Return the largest difference an oracle found; nan where it could judge nothing."""
        found = [check.difference for check in self.checks if check.oracle == oracle and not check.unfit]
        return max(found, default=float("nan"))

    @property
    def oracles(self) -> tuple[str, ...]:
        """Return names of the oracles asked, in their order."""
        return tuple(dict.fromkeys(check.oracle for check in self.checks))

    @property
    def sentence(self) -> str:
        """Return what each oracle found, and why one could not judge."""
        return " ".join(self._said(oracle) for oracle in self.oracles)

    def _said(self, oracle: str) -> str:
        mine = [check for check in self.checks if check.oracle == oracle]
        unfit = [check for check in mine if check.unfit]
        if len(unfit) == len(mine):
            return f"The {oracle} cannot judge: {unfit[0].unfit}."
        said = f"The {oracle} agrees to {number(self.worst(oracle))} in {len(mine) - len(unfit)} of {len(mine)} places"
        return f"{said}; elsewhere it cannot judge: {unfit[0].unfit}." if unfit else f"{said}."


Oracle = Callable[[Trace], Iterable[Check]]  # one that lives elsewhere, as autograd does


def check_gradients(
    settings: RunSettings, oracles: Sequence[Oracle] = (), report: Report | None = None
) -> GradientCheck:
    """Compare our backward pass with complex steps, difference quotients and whatever further oracles are given."""
    return check_trace_gradients(run(settings), oracles, report)


def check_trace_gradients(trace: Trace, oracles: Sequence[Oracle] = (), report: Report | None = None) -> GradientCheck:
    """Return the same for a finished run."""
    asked, checks = list(questions(trace)), []
    for done, question in enumerate(asked):
        checks += [by_complex_step(trace, question), by_quotient(trace, question)]
        if report:
            report((done + 1) / (len(asked) + len(oracles)))
    for oracle in oracles:
        checks += oracle(trace)
    return GradientCheck(tuple(checks))
