"""Writes anew all that follows from the pack and the examples.

    python -m docs.generate [--check]

These are the pages fields.md, documents.md and verification.md (with field-coverage.yaml), the
prompts counted in decisions.md, and the texts on record in tests/golden and tests/followed; and the
house style of Word files, as it is built. `git diff` then shows what a change of the pack means to
its readers; tests fail until it is written.
With --check nothing is written, and what would be is named.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final
from unittest import mock

from msgspec import Struct

from docs.law import changes_lines, unread_lines
from docs.page import MADE, table, with_part
from docs.papers import documents_page
from docs.prompts import prompts_table
from mmethics_cli.core.standard.definitions import taken_over
from mmethics_cli.core.standard.model import VERIFIED, Basis, Source, Standard, Verified, weakest
from mmethics_cli.core.standard.pack_editions import editions_since
from mmethics_cli.formats.word import style
from mmethics_cli.formats.word.house_style import house_style
from mmethics_cli.render.law_in_documents import LawInDocuments
from mmethics_cli.report.law_changes import ShownEdition, shown_editions
from mmethics_cli.report.standard import STATUS_LABEL, VERIFIED_LABEL, scope_text
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.yaml.reader import decode, parse
from mmethics_cli.wording.citation import article, cite, title
from mmethics_cli.workflow import packs
from mmethics_cli.workflow.packs import LoadedPack
from tests import followed, golden
from tests.once import packs_once
from tests.program import ROOT

HERE: Final = Path(__file__).resolve().parent
COVERAGE: Final = "field-coverage.yaml"
FIRST: Final = 40  # articles listed to be verified first
_INCLUDE: Final = re.compile(r'{%\s*include\s+"([^"]+)"\s*%}')
_LOOP: Final = re.compile(r"{%\s*for (\w+) in ([\w.]+)\s*%}")
_PRINTED: Final = re.compile(r"{{\s*(?:boxes\()?([a-z_]+(?:\.\w+)+)")


class Field(Struct, frozen=True):
    """A field that published forms ask for, and where the dossier holds it."""

    key: str
    label: str
    forms: int
    china: int
    initial: int
    paths: tuple[str, ...]
    papers: tuple[str, ...]
    note: str


def coverage() -> dict[str, list[Field]]:
    """The fields of field-coverage.yaml by section."""
    tree: Any = parse(decode((HERE / COVERAGE).read_bytes(), COVERAGE), COVERAGE).tree
    return {part["section"]: [_field(row) for row in part["fields"]] for part in tree}


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        key=row["key"],
        label=row["label"],
        forms=int(row["forms"]),
        china=int(row["china"]),
        initial=int(row["initial"]),
        paths=tuple(row.get("paths", ())),
        papers=tuple(row.get("papers", ())),
        note=row.get("note", ""),
    )


def known_paths(standard: Standard) -> dict[str, str]:
    """Labels by path: questions, fields of lists as list.field, computed facts."""
    labels = {one.path: one.label for one in standard.derived.values()}
    for question in standard.questions.values():
        labels[question.path] = question.label
        labels |= {f"{question.path}.{one.path}": one.label for one in question.fields}
    return labels


def printed_by(pack: Pack, standard: Standard) -> dict[str, list[str]]:
    """The ids of the documents whose template prints a path, by path."""
    found: dict[str, list[str]] = defaultdict(list)
    for document in standard.documents.values():
        if document.template is not None:
            text = _with_parts(pack, document.template)
            lists = dict(_LOOP.findall(text))
            for path in dict.fromkeys(_PRINTED.findall(text)):
                head, _, rest = path.partition(".")
                found[f"{lists[head]}.{rest}" if head in lists else path].append(document.id)
    return found


def shown_in(pack: Pack, standard: Standard) -> dict[str, list[str]]:
    """The same, with the documents that show an answer through a fact that takes it over."""
    found = printed_by(pack, standard)
    for path, documents in list(found.items()):
        for answer in taken_over(standard, path):
            found[answer] = list(dict.fromkeys([*found.get(answer, ()), *documents]))
    return found


def _with_parts(pack: Pack, name: str) -> str:
    text = pack.template_text(name)
    return _INCLUDE.sub(lambda match: _with_parts(pack, match[1]), text)


def fields_page(pack: Pack, standard: Standard) -> str:
    sections = coverage()
    fields = [one for part in sections.values() for one in part]
    labels, printed = known_paths(standard), shown_in(pack, standard)
    often = sum(one.initial >= 3 for one in fields)
    lines = [
        "# 字段对照：表单问到的，卷宗里在哪里",
        "",
        MADE,
        "",
        f"已公开的审查表单问到 {len(fields)} 个字段；七份中国初审表里至少三份问到的有 {often} 个。",
        "下表逐个列出：多少份表单问到（全部、中国、中国初审），卷宗里由哪些问题回答，哪些文件印出。",
        "“由文件承载”的不单独提问，写在那份文件里；没有模板的文件按自备处理，以附件送审。",
    ]
    for section, part in sections.items():
        rows = (_field_row(one, labels, printed, standard) for one in part)
        lines += ["", f"## {section}", ""]
        lines += table(("字段", "表单数", "卷宗里的问题", "印在", "由文件承载"), rows)
    asked = {path for one in fields for path in one.paths}
    lines += ["", "## 表单没有问、卷宗要问的", ""]
    lines += [
        f"- {standard.sections[section]}："
        + "、".join(f"{one.label}（`{one.path}`）" for one in new)
        for section in standard.sections
        if (new := [one for one in standard.questions_of(section) if _unasked(one.path, asked)])
    ]
    return "\n".join(lines) + "\n"


def _unasked(path: str, asked: Iterable[str]) -> bool:
    return not any(one == path or one.startswith(f"{path}.") for one in asked)


def _field_row(
    field: Field,
    labels: Mapping[str, str],
    printed: Mapping[str, Sequence[str]],
    standard: Standard,
) -> tuple[str, ...]:
    titles = {key: one.title for key, one in standard.documents.items()}
    documents = dict.fromkeys(one for path in field.paths for one in printed.get(path, ()))
    held = "、".join(titles[one] for one in field.papers)
    return (
        f"{field.label} `{field.key}`",
        f"{field.forms}/{field.china}/{field.initial}",
        "；".join(f"{labels[path]} `{path}`" for path in field.paths),
        "、".join(titles[one] for one in documents),
        "。".join(filter(None, (held, field.note))),
    )


def verification_page(standard: Standard, editions: Sequence[ShownEdition]) -> str:
    """How far the law was verified; `editions` are those that changed anything of it."""
    how = Counter(one.verified for one in standard.articles.values())
    items = Counter(weakest(one.basis) for one in standard.items.values())
    lines = [
        "# 依据核对到什么程度",
        "",
        MADE,
        "",
        f"共引用 {len(standard.articles)} 条条文：{_counts(how)}。",
        f"审查要点 {len(standard.items)} 条，按各自最弱的依据：{_counts(items)}。",
        "后两类在判定、核对和自查中标“待核”。核对原文以后，在本机构的标准包里改为",
        "`verified: text`，写明姓名和日期。",
        "",
        "## 先核哪些",
        "",
        f"规则和要点所依据、还没有读过原文的条文；牵动规则多的在前，取前 {FIRST} 条。",
        "",
        *table(
            ("法源", "条文", "核对到", "牵动的规则", "牵动的要点"),
            islice(_worklist(standard), FIRST),
        ),
        "",
        "## 最值得读的法源",
        "",
        *unread_lines(standard),
        "",
        "## 标准包各版改了什么",
        "",
        "`mmethics standard sources --since 日期` 说的也是这些；卷宗照旧版写的，`check` 逐条提示",
        "与它有关的。",
        *changes_lines(standard, editions),
        "",
        "## 逐个法源",
    ]
    for source in standard.sources.values():
        lines += ["", f"### {title(source)}", "", *_source_lines(standard, source)]
    rows = (
        (one.id, one.text, VERIFIED_LABEL[weakest(one.basis)], cite(standard, one.basis, True))
        for one in standard.items.values()
    )
    lines += ["", "## 逐条要点", "", *table(("编号", "要点", "最弱的依据", "依据"), rows)]
    return "\n".join(lines) + "\n"


def _counts(how: Mapping[Verified, int]) -> str:
    return "，".join(f"{VERIFIED_LABEL[one]} {how[one]}" for one in VERIFIED)


def _worklist(standard: Standard) -> Iterator[tuple[str, ...]]:
    """Unread articles, those that move most rules, then most items, first."""
    rules = [rule.basis for table, rule in standard.rules.values() if table.id != "documents"]
    items = [one.basis for one in standard.items.values()]
    by_rules, by_items = _moved(rules), _moved(items)
    read = {
        key: weakest(tuple(one for basis in (*rules, *items) for one in basis if _key(one) == key))
        for key in {*by_rules, *by_items}
    }
    for source, text in sorted(read, key=lambda one: (-by_rules[one], -by_items[one], one)):
        yield (
            title(standard.sources[source]),
            article(standard.sources[source], text) or "没有写条",
            VERIFIED_LABEL[read[source, text]],
            str(by_rules[source, text]),
            str(by_items[source, text]),
        )


def _key(basis: Basis) -> tuple[str, str]:
    """Source and article as they are looked up: 18(2) is read with 18."""
    return basis.source, (basis.article or "").partition("(")[0]


def _moved(bases: Iterable[tuple[Basis, ...]]) -> Counter[tuple[str, str]]:
    """How many requirements rest on each article that was not read."""
    return Counter(
        key for basis in bases for key in {_key(one) for one in basis if one.verified != "text"}
    )


def _source_lines(standard: Standard, source: Source) -> Iterator[str]:
    status = STATUS_LABEL.get(source.status, source.status)
    yield f"`{source.id}`　{source.number}　{source.issuer}"
    yield ""
    yield f"- 状态：{status}；发布：{source.issued or '—'}；施行：{source.effective or '—'}"
    if scope := scope_text(standard, source):
        yield f"- 适用：{scope}"
    for how in VERIFIED:
        rows = standard.articles.items()
        found = [text for (of, text), one in rows if of == source.id and one.verified == how]
        if found:
            yield f"- {VERIFIED_LABEL[how]}（{len(found)}）：{'、'.join(found)}"
    if source.notes:
        yield f"- 备注：{source.notes}"


def pages() -> dict[Path, str]:
    """What the generated pages should say, by file."""
    loaded = LoadedPack(load(also=("worksheets",)))
    pack, standard = loaded.pack, loaded.standard
    showing = LawInDocuments(standard, loaded.templates).showing
    editions = shown_editions(standard, pack.trees, editions_since(standard, date.min), showing)
    decisions = HERE / "decisions.md"
    return {
        HERE / "fields.md": fields_page(pack, standard),
        HERE / "documents.md": documents_page(
            standard, printed_by(pack, standard), known_paths(standard)
        ),
        HERE / "verification.md": verification_page(standard, editions),
        decisions: with_part(decisions.read_text(encoding="utf-8"), prompts_table()),
    }


def main() -> int:
    """Write what is generated, or with --check say what would change; 1 when something would."""
    with mock.patch.object(packs, "loaded_pack", packs_once):
        files = {**pages(), **golden.generated(), **followed.generated(), style.KEPT: house_style()}
    stale = [path for path in (*golden.on_record(), *followed.on_record()) if path not in files]
    changed = [
        path
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in sorted([*changed, *stale]):
            print(f"{path.relative_to(ROOT)}: run python -m docs.generate")
        return int(bool(changed or stale))
    for path in stale:
        path.unlink()
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path], encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
