"""A template as read: its text with marks in it, and where each line came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from mmethics_cli.errors import Problem

Plain = list[Any]  # what JSON gives back

# Marks are noncharacters, so that no word of a template or a dossier is one.
MARK: Final = "\ufdd2"  # a line that opens a block of the Markdown stage
END: Final = MARK + "/"
NODE: Final = "\ufdd3"  # a number follows: something that depends on facts
NODE_END: Final = "\ufdd4"
CLOSE: Final = "\ufdd5"  # closes a `when` or a `for` over facts


class Place(NamedTuple):
    file: str
    line: int

    def problem(self, message: str, fix: str = "") -> Problem:
        return Problem(message, self.file, self.line, fix)


class Loop(NamedTuple):
    """A loop over a list of the dossier that stands round a place."""

    name: str
    path: str


class Written(NamedTuple):
    """What stands in a template and depends on facts, as it is written, with the loops round it.

    `kind` is print, when, block (a `when` of its own lines) or each, which opens the loop `inner`.
    """

    kind: str
    text: str
    place: Place
    loops: tuple[Loop, ...]
    inner: Loop | None = None


@dataclass(slots=True)
class Source:
    """A template with marks in it, and where each of its lines came from."""

    front: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def plain(self) -> Plain:
        """All of it but the problems, as JSON holds it."""
        written = [
            [one.kind, one.text, *one.place, [list(loop) for loop in one.loops], one.inner]
            for one in self.written
        ]
        places = [list(place) for place in self.places]
        return [self.front, self.lines, places, written, sorted(self.files)]

    @classmethod
    def of_plain(cls, plain: Plain) -> Source:
        front, lines, places, written, files = plain
        return cls(
            front=dict(front),
            lines=list(lines),
            places=[Place(*place) for place in places],
            written=[
                Written(
                    kind,
                    text,
                    Place(file, line),
                    tuple(Loop(*loop) for loop in loops),
                    Loop(*inner) if inner else None,
                )
                for kind, text, file, line, loops, inner in written
            ],
            files=set(files),
        )

    def place(self, line: int) -> Place:
        return self.places[min(max(line, 1), len(self.places)) - 1]
