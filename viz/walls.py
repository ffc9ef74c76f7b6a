"""Walls: where truncation cuts the way back. They stand in panels of gradients only; states go on through them."""

from dataclasses import dataclass

from . import words
from .findings import joined
from .panel import Scene
from .stack import PLOT_PX

SIGN = "┆"
CLOSEST_PX = 5  # two walls that are closer are not told apart, and none is drawn
NAMED = 4


@dataclass(frozen=True)
class Walls:
    """The walls of a run: one stands between step w and step w + 1 for every w in `at`."""

    at: tuple[int, ...] = ()
    steps: int = 1

    @property
    def drawn(self) -> tuple[int, ...]:
        """Return the walls, if they are far enough apart to be drawn."""
        return self.at if self.at and self.at[0] * PLOT_PX / self.steps >= CLOSEST_PX else ()

    def shapes(self, low: float, high: float, scene: Scene) -> list[dict]:
        """Draw the walls from `low` to `high` of a panel's axis, all of them as one path."""
        if not self.drawn:
            return []
        path = "".join(f"M{wall + 0.5:g},{low:.6g}L{wall + 0.5:g},{high:.6g}" for wall in self.drawn)
        return [{"type": "path", "path": path, "line": {"color": scene.palette.ink, "width": 1.5, "dash": "dash"}}]

    def sign(self, scene: Scene) -> list[str]:
        """Return the heading's words for the walls; none where there are none."""
        if not self.at:
            return []
        unseen = "" if self.drawn else ", too close to be drawn"
        return [f"<span style='color:{scene.palette.ink}'>{SIGN}</span> cut every {words.steps(self.at[0])}{unseen}"]

    @property
    def finding(self) -> str:
        """Return where the way back is cut, in a sentence; empty where it is not."""
        if len(self.at) > NAMED:
            return f"The way back is cut every {words.steps(self.at[0])}, behind steps {self.at[0]} to {self.at[-1]}."
        named = joined([str(wall) for wall in self.at])
        return f"The way back is cut behind step{'s' * (len(self.at) > 1)} {named}." if named else ""


NO_WALLS = Walls()


def walls_of(scene: Scene) -> Walls:
    """Return the walls of a scene's run."""
    return Walls(scene.trace.walls, scene.steps)
