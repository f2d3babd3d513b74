"""The text stage: a template and a study give Markdown with slots, and the gaps left in it.

Word is not needed here: `check` runs this stage to learn what a document would print as 【待填】.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec import Struct, field

from mmethics_cli.core.standard.names import COMMITTEE, NUMBER
from mmethics_cli.render.expansion import expand, note_gaps, parts_of
from mmethics_cli.render.functions import Functions
from mmethics_cli.render.language import END, MARK
from mmethics_cli.render.printing import Gap, Printing
from mmethics_cli.render.slots import CLOSE, OPEN, SLOT, Fill, Words
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Layout, Template, Templates

# Between Chinese and a value no blank is wanted; Word sets the distance to Latin words itself.
_HAN = "\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef“”‘’"


@cache
def _blanks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Made when first asked for: `check` prints no text and would wait for them."""
    return re.compile(f"(?<=[{_HAN}]) +(?={OPEN})"), re.compile(f"(?<={CLOSE}) +(?=[{_HAN}])")


# A sentence that a value has ended already needs no second stop of the template's.
_STOP_AFTER = re.compile(f"{OPEN}(\\d+){CLOSE}[。；，.]")
_ENDED = ("。", "！", "？", "；", ".", "!", "?")


class Rendered(Struct, frozen=True):
    """A document as Markdown with slots; `fills` says what stands in each slot.

    `tagged` are the required consent elements that were printed with some text in them, each with
    the headings that it stands under; `pictures` are the pack's, by name; `untranslated` are the
    paths of texts that an English document has in Chinese; `running` are the committee and the
    number of the study, for the head of each page. `counts_others`: it tells what is sealed
    beside it.
    """

    template: str
    title: str
    layout: Layout
    landscape: bool
    markdown: str
    fills: tuple[Fill, ...]
    gaps: tuple[Gap, ...]
    tagged: Mapping[str, tuple[str, ...]]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    untranslated: tuple[str, ...] = ()
    running: tuple[str, str] = ("", "")
    counts_others: bool = False

    @property
    def elements(self) -> frozenset[str]:
        return frozenset(self.tagged)

    @property
    def plain(self) -> str:
        """The text with every value in its place, for people and tests."""
        return _filled(self.markdown, self.fills)


def _filled(text: str, fills: Sequence[Fill]) -> str:
    return SLOT.sub(lambda match: _plain(fills[int(match[1])]), text)


def _plain(fill: Fill) -> str:
    return fill.text if isinstance(fill, Words) else ""


def render_text(templates: Templates, name: str, study: Study) -> Rendered:
    """Print a template. Raises TemplateError when it asks for what is not there."""
    template = templates.get(name)
    printing = Printing(study, template.marks)
    functions = Functions(printing)
    parts = template.parts
    if template.needs_jinja:
        from mmethics_cli.render.jinja_stage import run

        text = run(templates.program(template), functions.context(), printing)
        parts = parts_of(text, template.nodes)
    text = expand(parts, printing, functions.calls())
    return _rendered(templates, template, text, printing)


def read_facts(templates: Templates, name: str, study: Study) -> Rendered:
    """The same without Jinja's part: quicker, and all that is needed for gaps and elements.

    No fact may stand in Jinja's part of a template, so nothing is missed.
    """
    template = templates.get(name)
    printing = Printing(study, template.marks)
    text = expand(template.parts, printing, Functions(printing).calls())
    return _rendered(templates, template, text, printing)


def gaps_of(templates: Templates, name: str, study: Study) -> tuple[Gap, ...]:
    """The gaps of a document alone: the quickest of the three."""
    template = templates.get(name)
    printing = Printing(study, template.marks)
    note_gaps(template.asking, printing, Functions(printing).calls())
    return tuple(printing.gaps)


def _rendered(templates: Templates, template: Template, text: str, printing: Printing) -> Rendered:
    for blank in _blanks():
        text = blank.sub("", text)
    fills = printing.book.fills
    text = _STOP_AFTER.sub(
        lambda match: match[0][: -1 if _plain(fills[int(match[1])]).endswith(_ENDED) else None],
        text,
    )
    return Rendered(
        template=template.name,
        title=template.title,
        layout=template.layout,
        landscape=template.landscape,
        markdown=text,
        fills=tuple(fills),
        gaps=tuple(printing.gaps),
        tagged=_tagged(text, fills),
        untranslated=tuple(printing.untranslated),
        pictures=templates.pictures,
        running=(_name(printing, COMMITTEE), _name(printing, NUMBER)),
        counts_others=printing.counts_others,
    )


def _name(printing: Printing, path: str) -> str:
    """A name that stands on every page; nothing where it is not known."""
    facts = printing.study.facts
    value = facts.get(path) if path in facts.standard.questions else ""
    return " ".join(value.split()) if isinstance(value, str) else ""


class _Heading(NamedTuple):
    """A heading and its level, 1 for the highest."""

    text: str = ""
    level: int = 0


def _tagged(text: str, fills: Sequence[Fill]) -> dict[str, tuple[str, ...]]:
    """Consent elements whose block holds any words, and the headings that they stand under.

    A block that begins with a heading no lower than the one above it stands under its own.
    """
    headings: dict[str, dict[str, None]] = {}  # by element
    # Of each open block its element and the heading above it; no element once words have come.
    stack: list[tuple[str, _Heading]] = []
    heading = _Heading()
    for line in text.split("\n"):
        if line.startswith(END):
            stack.pop()
        elif line.startswith(MARK):
            kind, _, name = line[1:].partition(" ")
            stack.append((name if kind == "element" else "", heading))
        elif line.startswith("#"):
            words = line.lstrip("#")
            heading = _Heading(_filled(words, fills).strip(), len(line) - len(words))
            stack = [
                (name, heading if heading.level <= above.level else above) for name, above in stack
            ]
        elif line.strip():
            for name, above in stack:
                if name:
                    headings.setdefault(name, {})[above.text or heading.text] = None
            stack = [("", _Heading())] * len(stack)
    return {name: tuple(places) for name, places in headings.items()}
