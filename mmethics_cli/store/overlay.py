"""An institution's pack laid over the shipped one: merged by id, each change recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from msgspec import Struct, field

from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import YamlFile

_NAMES: Final = ("id", "path", "table", "rule", "name")
# Lists under these keys hold named elements, which merge by name; other lists are replaced.
_NAMED_LISTS: Final = frozenset({"rules", "questions", "fields"})


Action = Literal["added", "replaced", "noted"]

# Where an overlay speaks of an element that it changes in part; what it _parts is the shipped one.
_ELEMENT: Final = "@element"
# Keys on which it rests what a rule, a table, a computed fact or a question makes of a study.
_DECIDING: Final = frozenset({
    "when", "outcome", "strength", "kind", "order", "otherwise", "never_provisional", "undecided",
    "holds_when", "rules_of", "assume", "members", "collect", "worst", "months_between",
    "years_after", "bands", "span", "ask_when", "values",
})  # fmt: skip
_DECIDES: Final = frozenset({"rules", "derived", "questions"})

_ADDED: Final = "由本机构标准包新增"
_REPLACED: Final = "由本机构标准包改写"


class Override(Struct, frozen=True):
    """One change that an overlay makes; printed wherever decisions are explained.

    `binding`: what it changes must be so by the shipped pack, and decides.
    """

    kind: str
    id: str
    action: Action
    reason: str
    file: str
    line: int
    by: str = ""
    binding: bool = False


class MergedFile(YamlFile, frozen=True):
    """A shipped file with parts of overlay files in it; places lead to the file they came from."""

    grafts: Mapping[Keys, tuple[YamlFile, Keys]] = field(default_factory=dict)

    def locate(self, keys: Keys) -> tuple[str, int]:
        for length in range(len(keys), 0, -1):
            if graft := self.grafts.get(keys[:length]):
                file, prefix = graft
                return file.locate((*prefix, *keys[length:]))
        if graft := self.grafts.get((*keys, _ELEMENT)):
            file, prefix = graft
            return file.locate(prefix)
        return super().locate(keys)


class Overlay:
    """Lays overlay files over shipped ones; each change is recorded as it goes."""

    def __init__(self, shipped: Mapping[str, YamlFile]) -> None:
        self.files = dict(shipped)
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
                rest.append((prefix, _with_reasons(element, _ADDED)))
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
        """The shipped file and the key path at which an element of the same name stands."""
        wanted = _identity(element)
        for shipped, file in self.files.items():
            if _kind(shipped) != kind:
                continue
            if isinstance(file.tree, list):
                at = _position(file.tree, wanted)
                if at is not None:
                    return shipped, (at,)
            elif isinstance(element, dict) and isinstance(file.tree, dict):
                section = element.get("section")
                if shipped == name or (section and section == file.tree.get("section")):
                    return shipped, ()
        return None

    def _graft(
        self, home: tuple[str, Keys], kind: str, element: Any, over: YamlFile, prefix: Keys
    ) -> None:
        name, keys = home
        old = self.files[name]
        grafts = dict(old.grafts) if isinstance(old, MergedFile) else {}
        tree: Any = old.tree
        merge = _ElementMerge(self, kind, over, grafts)
        if keys:
            at = int(keys[0])
            merged = [*tree[:at], merge.element(tree[at], element, keys, prefix), *tree[at + 1 :]]
        else:
            merged = merge.element(tree, element, keys, prefix)
        self.files[name] = MergedFile(merged, old.name, old.text, grafts)

    def _add_file(self, name: str, over: YamlFile, rest: list[tuple[Keys, Tree]]) -> None:
        if not isinstance(over.tree, list):
            self.files[_free_name(name, self.files)] = over
            return
        home = self.files.get(name)
        if home is None or not isinstance(home.tree, list):
            name, home = _free_name(name, self.files), YamlFile([], over.name, over.text)
        old = home.tree if isinstance(home.tree, list) else []
        grafts = dict(home.grafts) if isinstance(home, MergedFile) else {}
        for at, (origin, _) in enumerate(rest, len(old)):
            grafts[(at,)] = (over, origin)
        tree = [*old, *(element for _, element in rest)]
        self.files[name] = MergedFile(tree, home.name, home.text, grafts)

    def _record_new(self, kind: str, element: Tree, over: YamlFile, keys: Keys) -> None:
        for part, inner in _parts(element, keys):
            self.record(kind, part, "added", over, inner)

    def record(
        self,
        kind: str,
        element: Tree,
        action: Action,
        over: YamlFile,
        keys: Keys,
        name: str = "",
        *,
        binding: bool = False,
    ) -> None:
        """Note a change and what its element says of it; `name` where the element has none."""
        note = _note_of(element)
        if note.misspelt:
            fix = "写法：override: {reason: 理由, by: 姓名, date: 日期}"
            self.refuse(f"不认识“{'、'.join(note.misspelt)}”。", fix, over, keys)
        if kind == "articles" and _is_text(element) and not note.by:
            fix = "写法：verified: text, by: 姓名, date: 2027-03-01"
            self.refuse("标为读过条文的，要写明核对人与日期。", fix, over, keys)
        override = Override(
            kind, name or _label(element), action, note.reason, *over.locate(keys), note.by, binding
        )
        self._overrides.append(override)

    def refuse(self, message: str, fix: str, over: YamlFile, keys: Keys) -> None:
        self._problems.append(Problem(message, *over.locate(keys), fix))


class _ElementMerge(Struct, frozen=True):
    """Merges one element of an overlay into the shipped one.

    A key replaces a key; lists of named elements merge by name. What is replaced is recorded, and
    `grafts` tells where it came from.
    """

    overlay: Overlay
    kind: str
    over: YamlFile
    grafts: dict[Keys, tuple[YamlFile, Keys]]

    def element(self, base: Any, new: Any, keys: Keys, origin: Keys) -> Any:
        if "note" in new and "outcome" in base:
            return self._note(base, new, keys, origin)
        merged = dict(base)
        own = set[str]()
        for key, value in new.items():
            if key == "override":
                continue
            if key in _NAMED_LISTS and isinstance(value, list) and isinstance(base.get(key), list):
                merged[key] = self._elements(base[key], value, (*keys, key), (*origin, key))
            elif base.get(key) != value:
                merged[key] = value
                self.grafts[(*keys, key)] = (self.over, (*origin, key))
                own.add(key)
        if own:
            self.grafts[(*keys, _ELEMENT)] = (self.over, origin)
            name = _label(base) or self.kind
            # What has no strength, as a table or a computed fact, stands under required rules too.
            required = base.get("strength", "required") == "required"
            binding = self.kind in _DECIDES and required and not own.isdisjoint(_DECIDING)
            self.overlay.record(
                self.kind, new, "replaced", self.over, origin, name, binding=binding
            )
            if "outcome" in merged:
                merged["override"] = _note_of(new).reason or _REPLACED
        return merged

    def _elements(self, base: list[Any], new: list[Any], keys: Keys, origin: Keys) -> list[Any]:
        merged = list(base)
        for index, element in enumerate(new):
            source = (*origin, index)
            at = _position(merged, _identity(element))
            if at is not None:
                merged[at] = self.element(merged[at], element, (*keys, at), source)
                continue
            self.grafts[(*keys, len(merged))] = (self.over, source)
            self.overlay.record(self.kind, element, "added", self.over, source)
            merged.append(_with_reasons(element, _ADDED))
        return merged

    def _note(self, base: Any, new: Any, keys: Keys, origin: Keys) -> Any:
        reason = _note_of(new).reason
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


class _ChangeNote(Struct, frozen=True):
    """Why an overlay makes a change, who stands for it, and keys of the note that are misspelt."""

    reason: str = ""
    by: str = ""
    misspelt: tuple[str, ...] = ()


def _identity(element: Tree) -> Tree:
    """An element's id, path or table; of an article source and number; None where it has none."""
    if not isinstance(element, dict):
        return None
    if "verified" in element:
        return [element.get("source"), element.get("article")]
    return next((element[name] for name in _NAMES if name in element), None)


def _label(element: Tree) -> str:
    """What messages call an element."""
    name = _identity(element)
    if isinstance(name, list):
        return " ".join(str(part) for part in name)
    if name is None and isinstance(element, dict):
        return str(element.get("section", ""))
    return str(name)


def _note_of(element: Tree) -> _ChangeNote:
    """The `override:` or `note:` of an element, or who verified an article."""
    if not isinstance(element, dict):
        return _ChangeNote()
    if "verified" in element:
        return _ChangeNote(by=_joined(element.get("by"), element.get("date")))
    note = element.get("override", element.get("note"))
    if isinstance(note, str) and "override" in element:
        return _ChangeNote(misspelt=("override",))
    if not isinstance(note, dict):
        return _ChangeNote()
    by = _joined(note.get("by"), note.get("date"))
    misspelt = tuple(key for key in note if key not in ("reason", "by", "date"))
    return _ChangeNote(_joined(note.get("reason")), by, misspelt)


def _joined(*parts: Tree) -> str:
    return " ".join(part for part in parts if isinstance(part, str))


def _position(elements: list[Tree], wanted: Tree) -> int | None:
    """The index of the element of that name; None where there is none."""
    if wanted is None:
        return None
    return next((at for at, element in enumerate(elements) if _identity(element) == wanted), None)


def _parts(element: Tree, keys: Keys) -> Iterator[tuple[Tree, Keys]]:
    """The rules of a table or the questions of a section, each with its place; else the element."""
    for inner in ("rules", "questions"):
        parts = element.get(inner) if isinstance(element, dict) else None
        if isinstance(parts, list):
            for index, part in enumerate(parts):
                yield part, (*keys, inner, index)
            return
    yield element, keys


def _with_reasons(element: Any, default: str) -> Any:
    """A new element without its note; its rules keep the reason as `override`, else `default`."""
    if not isinstance(element, dict):
        return element
    kept = {key: value for key, value in element.items() if key != "override"}
    for key in _NAMED_LISTS & kept.keys():
        if isinstance(kept[key], list):
            kept[key] = [_with_reasons(part, default) for part in kept[key]]
    if "outcome" in kept:
        kept["override"] = _note_of(element).reason or default
    return kept


def _is_text(article: Tree) -> bool:
    return isinstance(article, dict) and article.get("verified") == "text"


def _kind(name: str) -> str:
    return name.split("/", 1)[0].removesuffix(".yaml")


def _free_name(name: str, taken: Mapping[str, YamlFile]) -> str:
    while name in taken:
        name = name.removesuffix(".yaml") + "-overlay.yaml"
    return name
