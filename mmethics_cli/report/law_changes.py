"""What editions of the pack changed of the law, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from mmethics_cli.core.lifecycle.due import read_due_rules
from mmethics_cli.core.standard.model import DocumentKind, LawChange, PackEdition, Standard
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.wording.citation import cite_with_mark, title
from mmethics_cli.wording.columns import COLUMNS, indented, wrap


class ShownChange(Struct, frozen=True):
    """A change, the documents in which it shows, and what the due dates that it touches are."""

    change: LawChange
    documents: tuple[DocumentKind, ...]
    due_dates: tuple[str, ...] = ()


class ShownEdition(Struct, frozen=True):
    """An edition and its changes as people are told of them."""

    edition: PackEdition
    changes: tuple[ShownChange, ...]


def shown_editions(
    standard: Standard,
    trees: Mapping[str, object],
    editions: Iterable[PackEdition],
    showing: Callable[[LawChange], Iterable[DocumentKind]],
) -> tuple[ShownEdition, ...]:
    """These editions as people are told of them.

    `trees` are the pack's files; `showing` gives the documents in which a change shows.
    """
    rules, _ = read_due_rules(standard, trees)
    labels = {rule.id: rule.label for rule in rules}
    return tuple(
        ShownEdition(
            edition,
            tuple(
                ShownChange(
                    change,
                    tuple(showing(change)),
                    tuple(labels[name] for name in change.due_dates),
                )
                for change in edition.changes
            ),
        )
        for edition in editions
    )


def changes_text(standard: Standard, editions: Sequence[ShownEdition], since: date) -> str:
    """Each change with its articles, what it touches, where it shows and what to do."""
    if not editions:
        return f"{since} 以来，标准包没有记下法规方面的改动。"
    lines: list[str] = []
    for shown in editions:
        lines += [f"{shown.edition.id}（{shown.edition.date}）", ""]
        for change in shown.changes:
            lines += wrap(f"· {change.change.text}", COLUMNS)
            for label, text in change_parts(standard, change):
                lines += indented(f"{label}：{text}", 2)
            lines.append("")
    count = sum(len(shown.changes) for shown in editions)
    return "\n".join([*lines, f"{since} 以来共 {count} 处改动。"])


def change_parts(standard: Standard, shown: ShownChange) -> Iterator[tuple[str, str]]:
    """What there is to say of a change besides what changed, each part with its label."""
    yield "依据", cite_with_mark(standard, shown.change.basis)
    touched = "；".join(_touched(standard, shown))
    if touched:
        yield "涉及", touched
    titles = "".join(f"《{document.title}》" for document in shown.documents)
    yield "出现在", titles or "没有文件印出"
    yield "办法", shown.change.fix


def _touched(standard: Standard, shown: ShownChange) -> Iterator[str]:
    """What of the pack a change touches; documents are named by where it shows."""
    change = shown.change
    elements = [f"“{standard.elements[name].text}”" for name in change.elements]
    questions = [f"“{label_of(standard, path)}”" for path in change.questions]
    due_dates = [f"“{label}”" for label in shown.due_dates]
    sources = [title(standard.sources[name]) for name in change.sources]
    for label, names in (
        ("规则 ", change.rules),
        ("审查要点 ", change.items),
        ("告知要素", elements),
        ("问题", questions),
        ("到期日", due_dates),
        ("法源", sources),
    ):
        if names:
            yield f"{label}{'、'.join(names)}"
