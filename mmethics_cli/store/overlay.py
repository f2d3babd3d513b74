"""An institution's pack laid over the shipped one: merged by id, each change recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import YamlFile

_NAMES: Final = ("id", "path", "table", "rule", "name")
# Lists under these keys hold named elements, which merge by name; other lists are replaced.
NAMED_LISTS: Final = frozenset({"rules", "questions", "fields"})


@dataclass(frozen=True, slots=True)
class Said:
    """What an overlay says of a change of its own: why it is made and who stands for it."""

    reason: str = ""
    by: str = ""
    misspelt: tuple[str, ...] = ()


def identity(element: Tree) -> Tree:
    """What names an element: its id, path, table…; an article's source and number; or None."""
    if not isinstance(element, dict):
        return None
    if "verified" in element:
        return [element.get("source"), element.get("article")]
    return next((element[name] for name in _NAMES if name in element), None)


def label(element: Tree) -> str:
    """The same for people."""
    name = identity(element)
    if isinstance(name, list):
        return " ".join(str(part) for part in name)
    if name is None and isinstance(element, dict):
        return str(element.get("section", ""))
    return str(name)


def said_of(element: Tree) -> Said:
    """From `override:` or `note:` of an element, or from who verified an article."""
    if not isinstance(element, dict):
        return Said()
    if "verified" in element:
        return Said(by=_joined(element.get("by"), element.get("date")))
    said = element.get("override", element.get("note"))
    if isinstance(said, str) and "override" in element:
        return Said(misspelt=("override",))
    if not isinstance(said, dict):
        return Said()
    by = _joined(said.get("by"), said.get("date"))
    misspelt = tuple(key for key in said if key not in ("reason", "by", "date"))
    return Said(_joined(said.get("reason")), by, misspelt)


def _joined(*parts: Tree) -> str:
    return " ".join(part for part in parts if isinstance(part, str))


def position(elements: list[Tree], wanted: Tree) -> int | None:
    """Where the element of that name stands."""
    if wanted is None:
        return None
    return next((at for at, one in enumerate(elements) if identity(one) == wanted), None)


def leaves(element: Tree, keys: Keys) -> Iterator[tuple[Tree, Keys]]:
    """The things an element brings: the rules of a table, the questions of a section, or itself."""
    for inner in ("rules", "questions"):
        parts = element.get(inner) if isinstance(element, dict) else None
        if isinstance(parts, list):
            for index, part in enumerate(parts):
                yield part, (*keys, inner, index)
            return
    yield element, keys


def marked(element: Any, default: str) -> Any:
    """The element without what is said of it; its rules keep the reason, or else `default`."""
    if not isinstance(element, dict):
        return element
    kept = {key: value for key, value in element.items() if key != "override"}
    for key in NAMED_LISTS & kept.keys():
        if isinstance(kept[key], list):
            kept[key] = [marked(one, default) for one in kept[key]]
    if "outcome" in kept:
        kept["override"] = said_of(element).reason or default
    return kept


Action = Literal["added", "replaced", "noted"]

# Where an overlay speaks of an element that it changes in part; what it leaves is the shipped one.
_ELEMENT: Final = "@element"

_ADDED: Final = "由本机构标准包新增"
_REPLACED: Final = "由本机构标准包改写"


@dataclass(frozen=True, slots=True)
class Override:
    """One change that an overlay makes; printed wherever decisions are explained."""

    kind: str
    id: str
    action: Action
    reason: str
    file: str
    line: int
    by: str = ""


@dataclass(frozen=True)
class MergedFile(YamlFile):
    """A shipped file with parts of overlay files in it; places lead to the file they came from."""

    grafts: Mapping[Keys, tuple[YamlFile, Keys]] = field(default_factory=dict, repr=False)

    def locate(self, keys: Keys) -> tuple[str, int]:
        for length in range(len(keys), 0, -1):
            if graft := self.grafts.get(keys[:length]):
                document, prefix = graft
                return document.locate((*prefix, *keys[length:]))
        if graft := self.grafts.get((*keys, _ELEMENT)):
            document, prefix = graft
            return document.locate(prefix)
        return super().locate(keys)


class Overlay:
    """Lays overlay files over shipped ones; each change is recorded as it goes."""

    def __init__(self, shipped: Mapping[str, YamlFile]) -> None:
        self.documents = dict(shipped)
        self._kinds = sorted({_kind(name) for name in shipped})
        self._overrides: list[Override] = []
        self._problems: list[Problem] = []

    def lay(self, name: str, over: YamlFile) -> None:
        """Merge one overlay file, named relative to `checklists/`."""
        kind = _kind(name)
        if kind not in self._kinds:
            fix = f"checklists/ 里可以有：{'、'.join(self._kinds)}。"
            self.refuse(f"标准包没有“{kind}”这一部分，这个文件不会被用到。", fix, over, ())
            return
        rest: list[tuple[Keys, Tree]] = []
        elements = over.tree if isinstance(over.tree, list) else [over.tree]
        for index, element in enumerate(elements):
            prefix: Keys = (index,) if isinstance(over.tree, list) else ()
            home = self._home(kind, name, element)
            if home is None:
                self._record_new(kind, element, over, prefix)
                rest.append((prefix, marked(element, _ADDED)))
            else:
                self._graft(home, kind, element, over, prefix)
        if rest:
            self._add_file(name, over, rest)

    def finish(self) -> tuple[Override, ...]:
        """All changes; raises PackError when one of them is not allowed."""
        if self._problems:
            raise PackError("附加标准包不能这样改：", self._problems)
        return tuple(self._overrides)

    def _home(self, kind: str, name: str, element: Tree) -> tuple[str, Keys] | None:
        """The shipped file and the key path at which an element of the same id stands."""
        name_of_it = identity(element)
        for file, document in self.documents.items():
            if _kind(file) != kind:
                continue
            if isinstance(document.tree, list):
                found = position(document.tree, name_of_it)
                if found is not None:
                    return file, (found,)
            elif isinstance(element, dict) and isinstance(document.tree, dict):
                section = element.get("section")
                if file == name or (section and section == document.tree.get("section")):
                    return file, ()
        return None

    def _graft(
        self, home: tuple[str, Keys], kind: str, element: Any, over: YamlFile, prefix: Keys
    ) -> None:
        file, keys = home
        old = self.documents[file]
        grafts = dict(old.grafts) if isinstance(old, MergedFile) else {}
        base: Any = old.tree
        merge = _ElementMerge(self, kind, over, grafts)
        if keys:
            at = int(keys[0])
            tree = list(base)
            tree[at] = merge.element(base[at], element, keys, prefix)
            self.documents[file] = MergedFile(tree, old.file, old.text, grafts)
        else:
            merged = merge.element(base, element, keys, prefix)
            self.documents[file] = MergedFile(merged, old.file, old.text, grafts)

    def _add_file(self, name: str, over: YamlFile, rest: list[tuple[Keys, Tree]]) -> None:
        if not isinstance(over.tree, list):
            self.documents[_free_name(name, self.documents)] = over
            return
        home = self.documents.get(name)
        if home is None or not isinstance(home.tree, list):
            name, home = _free_name(name, self.documents), YamlFile([], over.file, over.text)
        old = home.tree if isinstance(home.tree, list) else []
        grafts = dict(home.grafts) if isinstance(home, MergedFile) else {}
        for at, (origin, _) in enumerate(rest, len(old)):
            grafts[(at,)] = (over, origin)
        tree = [*old, *(element for _, element in rest)]
        self.documents[name] = MergedFile(tree, home.file, home.text, grafts)

    def _record_new(self, kind: str, element: Tree, over: YamlFile, keys: Keys) -> None:
        for one, inner in leaves(element, keys):
            self.record(kind, one, "added", over, inner)

    def record(
        self, kind: str, element: Tree, action: Action, over: YamlFile, keys: Keys, name: str = ""
    ) -> None:
        """Note a change and what its element says of it; `name` where the element has none."""
        said = said_of(element)
        if said.misspelt:
            fix = "写法：override: {reason: 理由, by: 姓名, date: 日期}"
            self.refuse(f"不认识“{'、'.join(said.misspelt)}”。", fix, over, keys)
        if kind == "articles" and _is_text(element) and not said.by:
            fix = "写法：verified: text, by: 姓名, date: 2027-03-01"
            self.refuse("标为读过条文的，要写明核对人与日期。", fix, over, keys)
        override = Override(
            kind, name or label(element), action, said.reason, *over.locate(keys), said.by
        )
        self._overrides.append(override)

    def refuse(self, message: str, fix: str, over: YamlFile, keys: Keys) -> None:
        self._problems.append(Problem(message, *over.locate(keys), fix))


@dataclass(frozen=True, slots=True)
class _ElementMerge:
    """One element onto another: keys replace keys, lists of named things merge by name."""

    overlay: Overlay
    kind: str
    over: YamlFile
    grafts: dict[Keys, tuple[YamlFile, Keys]]

    def element(self, base: Any, new: Any, keys: Keys, origin: Keys) -> Any:
        if "note" in new and "outcome" in base:
            return self._note(base, new, keys, origin)
        merged = dict(base)
        own = False
        for key, value in new.items():
            if key == "override":
                continue
            if key in NAMED_LISTS and isinstance(value, list) and isinstance(base.get(key), list):
                merged[key] = self._elements(base[key], value, (*keys, key), (*origin, key))
            elif base.get(key) != value:
                merged[key] = value
                self.grafts[(*keys, key)] = (self.over, (*origin, key))
                own = True
        if own:
            self.grafts[(*keys, _ELEMENT)] = (self.over, origin)
            name = label(base) or self.kind
            self.overlay.record(self.kind, new, "replaced", self.over, origin, name)
            if "outcome" in merged:
                merged["override"] = said_of(new).reason or _REPLACED
        return merged

    def _elements(self, base: list[Any], new: list[Any], keys: Keys, origin: Keys) -> list[Any]:
        merged = list(base)
        for index, element in enumerate(new):
            source = (*origin, index)
            at = position(merged, identity(element))
            if at is not None:
                merged[at] = self.element(merged[at], element, (*keys, at), source)
                continue
            self.grafts[(*keys, len(merged))] = (self.over, source)
            self.overlay.record(self.kind, element, "added", self.over, source)
            merged.append(marked(element, _ADDED))
        return merged

    def _note(self, base: Any, new: Any, keys: Keys, origin: Keys) -> Any:
        reason = said_of(new).reason
        if base.get("strength") != "advised":
            self.overlay.refuse(
                f"规则 {base['id']} 是必须遵守的，不能改成提示。",
                "只有“建议”（advised）的规则可以改成提示。",
                self.over,
                origin,
            )
        elif not reason or set(new) != {"id", "note"}:
            self.overlay.refuse(
                f"规则 {base['id']} 改成提示时只写 id 和 note，并写明理由。",
                "写法：note: {reason: 理由}",
                self.over,
                origin,
            )
        else:
            self.overlay.record(self.kind, new, "noted", self.over, origin)
            self.grafts[(*keys, "note")] = (self.over, (*origin, "note"))
        return {**base, "noted": "yes", "override": reason}


def _is_text(article: Tree) -> bool:
    return isinstance(article, dict) and article.get("verified") == "text"


def _kind(name: str) -> str:
    return name.split("/", 1)[0].removesuffix(".yaml")


def _free_name(name: str, taken: Mapping[str, YamlFile]) -> str:
    while name in taken:
        name = name.removesuffix(".yaml") + "-overlay.yaml"
    return name
