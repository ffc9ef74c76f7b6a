"""Records of a lesson: its title, what it takes, its steps; and a mistake in its file, in a sentence."""

from dataclasses import dataclass, field

FATE, CURVE = "fate", "curve"  # what a question may ask for, besides a number by its name


@dataclass(frozen=True)
class Claim:
    """A statement about the run of a step, such as `half_life < 4`, and the line it stands on."""

    line: int
    text: str


@dataclass(frozen=True)
class Step:
    """A few sentences about one view.

    view    a link of the page                    claims  what must be true of its run
    guess   what the question asks for: fate, curve or the name of a number; empty where there is none
    ask     the question                          why     what is said once it is answered
    answer  what the author expects, which the run must give
    """

    line: int
    title: str
    text: str
    view: str = ""
    claims: tuple[Claim, ...] = ()
    guess: str = ""
    ask: str = ""
    answer: str = ""
    why: str = ""
    lines: dict[str, int] = field(default_factory=dict)  # field -> line it stands on
    text_line: int = 0

    def line_of(self, name: str) -> int:
        """Return the line a field stands on, or that of the step's title."""
        return self.lines.get(name, self.line)


@dataclass(frozen=True)
class Lesson:
    """A file of the folder lessons; its name without the ending stands in links."""

    name: str
    title: str
    minutes: int
    needs: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Mistake:
    """One sentence about one line, counted from 1."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"
