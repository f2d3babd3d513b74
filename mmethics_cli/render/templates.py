"""Templates made ready: read, bound to the standard, compiled where Jinja has a part in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct

from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import Problem, TemplateError
from mmethics_cli.formats.png import png_size
from mmethics_cli.render.binding import Binder, Each, Node, PrintCall, PrintFact, ReadTree, When
from mmethics_cli.render.expansion import TextPart, parts_of, without_texts
from mmethics_cli.render.language import MARK, TOKEN, Plain, TemplateSource, read
from mmethics_cli.render.pictures import picture_problems, pictures_in

if TYPE_CHECKING:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment


_ELEMENT = re.compile(f"{MARK}element (\\S+)")
Layout = Literal["form", "letter", "consent", "textbook", "large"]
_LAYOUTS: Mapping[str, Layout] = {layout: layout for layout in get_args(Layout)}


class Template(Struct, frozen=True, dict=True):
    """One document's template: a text with numbered marks, and what each of them means."""

    name: str
    title: str
    layout: Layout
    landscape: bool
    marks: bool
    text: str
    nodes: tuple[Node, ...]
    source: TemplateSource

    @property
    def needs_jinja(self) -> bool:
        return "{%" in self.text or "{{" in self.text

    @cached_property
    def parts(self) -> tuple[TextPart, ...]:
        """The text without Jinja's part opened up, for all studies that it is printed from."""
        return parts_of(self.text, self.nodes)

    @cached_property
    def asking(self) -> tuple[TextPart, ...]:
        """Those of its parts that may leave a gap."""
        return without_texts(self.parts)

    @property
    def printed(self) -> frozenset[str]:
        """The paths of the facts and decisions printed: `list.field`, `decided.table`."""
        return self._paths(self.nodes)

    def printed_in(self, standard: Standard, folded: frozenset[str]) -> frozenset[str]:
        """The same without the passages that only another set of papers has.

        `folded` are the documents that are sections of other papers in this set.
        """
        sections = frozenset(kind.id for kind in standard.documents.values() if kind.within)
        here, there = (Facts(standard, {}, folded=hidden) for hidden in (folded, sections - folded))
        return self._paths(self._nodes_left(here, there))

    def _nodes_left(self, here: Facts, there: Facts) -> Iterator[Node]:
        gone = [False]  # of each open passage, the whole text first
        for token in TOKEN.finditer(self.text):
            if token[1] is None:
                gone.pop()
                continue
            node = self.nodes[int(token[1])]
            if isinstance(node, When | Each):
                gone.append(gone[-1] or _is_refused(node, here, there))
            elif not gone[-1]:
                yield node

    def _paths(self, nodes: Iterable[Node]) -> frozenset[str]:
        lists = {node.name: node.path for node in self.nodes if isinstance(node, Each)}
        paths = set()
        for node in nodes:
            if isinstance(node, PrintFact):
                paths.add(f"{lists[node.loop]}.{node.path}" if node.loop else node.path)
            elif isinstance(node, PrintCall) and node.name == "decision":
                paths.add(f"decided.{node.arguments[0]}")
        return frozenset(paths)


def _is_refused(node: When | Each, here: Facts, there: Facts) -> bool:
    """Whether a passage is printed in another set of papers alone, whatever the study."""
    if isinstance(node, Each) or node.loop is not None:
        return False
    truths = (evaluate(node.condition, facts) for facts in (here, there))
    return next(truths) is NO and next(truths) is not NO


class Templates:
    """The template texts of a pack; each is made ready when it is first asked for.

    `texts` by name (`application_form.md`, `parts/study_head.md`); `read_tree` reads the YAML of
    a condition, every scalar as text; `shown` is what messages call a file, if not by its name;
    `pictures` are PNG files by name (`pictures/hospital.png`). What `precompiled` has,
    as `compiled` gave it for the same texts and sections, is not read again.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        standard: Standard,
        read_tree: ReadTree,
        shown: Mapping[str, str] | None = None,
        pictures: Mapping[str, bytes] | None = None,
    ) -> None:
        self.texts = texts
        self.pictures = pictures or {}
        self.shown = shown or {}
        self.standard = standard
        self.read_tree = read_tree
        self.precompiled: Mapping[str, Plain] = {}
        self._prepared: dict[str, tuple[Template, tuple[Problem, ...]]] = {}
        self._programs: dict[str, jinja2.Template] = {}

    @cached_property
    def sections(self) -> frozenset[str]:
        """The first words of all facts' paths."""
        paths = (*self.standard.questions, *self.standard.derived)
        return frozenset(path.split(".", 1)[0] for path in paths)

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        from mmethics_cli.render.jinja_stage import environment

        return environment()

    def get(self, name: str) -> Template:
        """A template made ready. Raises TemplateError with every place that is wrong."""
        template, problems = self._prepare(name)
        if problems:
            raise TemplateError("文件模板有错误：", problems)
        return template

    def program(self, template: Template) -> jinja2.Template:
        """What Jinja has to do in a template. Raises TemplateError where it may not do it."""
        program = self._programs.get(template.name)
        if program is None:
            from mmethics_cli.render.jinja_stage import compile_text

            program, problems = compile_text(self._environment, template.name, template.source)
            if program is None:
                raise TemplateError("文件模板有错误：", problems)
            self._programs[template.name] = program
        return program

    def problems(self, name: str) -> tuple[Problem, ...]:
        """Everything that is wrong with a template, by file and line: what `standard lint` asks."""
        from mmethics_cli.render.markdown import stray_markup

        template, problems = self._prepare(name)
        problems += tuple(stray_markup(template.source))
        problems += tuple(self._broken_pictures(template))
        if template.needs_jinja:
            try:
                self.program(template)
            except TemplateError as error:
                problems += error.problems
        return problems

    def files(self, name: str) -> frozenset[str]:
        """The names of a template, of the parts put into it and of its pictures."""
        source = self._prepare(name)[0].source
        return frozenset(source.files | pictures_in(source))

    def _broken_pictures(self, template: Template) -> Iterator[Problem]:
        for file in sorted(pictures_in(template.source) & self.pictures.keys()):
            try:
                png_size(file, self.pictures[file])
            except TemplateError as error:
                yield Problem(error.message, self.shown.get(template.name, template.name))

    def elements(self, name: str) -> frozenset[str]:
        """The consent elements that a template writes of, whatever the study."""
        return frozenset(_ELEMENT.findall(self._prepare(name)[0].source.text))

    def compiled(self) -> dict[str, Plain]:
        """Every document's template as read, those that have a problem aside."""
        names = [name for name in self.texts if name.endswith(".md") and "/" not in name]
        sources = {name: self._source(name) for name in names}
        return {name: source.plain() for name, source in sources.items() if not source.problems}

    def _source(self, name: str) -> TemplateSource:
        if name in self.precompiled:
            return TemplateSource.of_plain(self.precompiled[name])
        return read(name, self.texts, self.sections, self.shown)

    def _prepare(self, name: str) -> tuple[Template, tuple[Problem, ...]]:
        """A template made ready, once, and what is wrong with it."""
        prepared = self._prepared.get(name)
        if prepared is None:
            if name not in self.texts:
                raise TemplateError(f"标准包里没有模板“{name}”。")
            prepared = self._prepared[name] = self._bound(name)
        return prepared

    def _bound(self, name: str) -> tuple[Template, tuple[Problem, ...]]:
        source = self._source(name)
        binder = Binder(self.standard, self.standard.vocabulary, self.read_tree)
        nodes = binder.bind(source.written)
        layout = source.front.get("layout", "letter")
        problems = [*source.problems, *binder.problems]
        problems += picture_problems(source, self.pictures)
        if layout not in _LAYOUTS:
            problems.append(Problem(f"layout 没有“{layout}”", self.shown.get(name, name), 1))
        template = Template(
            name=name,
            title=source.front.get("title", ""),
            layout=_LAYOUTS.get(layout, "letter"),
            landscape=source.front.get("landscape") == "yes",
            marks=source.front.get("marks") == "yes",
            text=source.text,
            nodes=nodes,
            source=source,
        )
        return template, tuple(problems)
