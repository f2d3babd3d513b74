"""Small things that happened, recorded by kind: what each must say is data (`events.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.acting import case_line, record, said
from mmethics_cli.office.events import (
    CORRECTED,
    IMPORTED,
    REFERENCES,
    EventKind,
    EventKinds,
    Happening,
    is_time,
)
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import STATES, ActRefused, case_name, find_case
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import Case, Lookup
from mmethics_cli.workflow.packs import Packs

_NOON: Final = "T12:00"
_NEAR: Final = 0.5  # one of two characters is the same
_DUE: Final = "due"  # which has an option of its own
_WHOM: Final = {"case": "哪一件", "study": "哪项研究", "meeting": "哪次会议", "person": "谁"}
_EXAMPLES: Final = {"case": "12", "study": "S0001", "meeting": "2027-05", "person": "M03"}


class Noted(Struct, frozen=True):
    """A note as it was typed: kind, a text, what it is about, when it was, more by key."""

    kind: str
    text: str
    case: str
    study: str
    meeting: str
    person: str
    when: str
    fields: tuple[str, ...]
    closed: bool = False


def kinds_text(office: OfficeFolder, packs: Packs) -> str:
    """The kinds that can be noted, and what each must and may say."""
    kinds = office_pack(packs, office).kinds
    lines = ["可以记的事，要写什么（方括号里的可以不写）："]
    for kind in kinds.values():
        if kind.noted:
            over = ["[--closed]"] if kind.closed_by else []
            parts = [*_about(kind), *_words(kind), *_fields(kind), *over]
            lines.append(f"  {kind.title}　{' '.join(parts)}".rstrip())
    lines.append("“一句话”直接写在后面；“名称=”的写成 --set 名称=值，可以写几次。例：")
    lines.append(
        office.command("note", "培训", "药物临床试验", "--person", "M03", "--set", "类型=GCP")
    )
    return "\n".join(lines)


def _about(kind: EventKind) -> Iterator[str]:
    """The options that say what a note is about; a case says its study too."""
    for ref in kind.refs:
        if ref != "study" or "case" not in kind.refs:
            yield f"--{ref}"
    yield from (f"[--{ref}]" for ref in kind.may_refer)


def _words(kind: EventKind) -> Iterator[str]:
    """The text of a note, where it takes one."""
    if kind.text_in:
        yield "[一句话]" if kind.text_in in kind.optional else "一句话"


def _fields(kind: EventKind) -> Iterator[str]:
    """What else it says, as it is typed."""
    for key in kind.data:
        if key != kind.text_in:
            typed = "--due" if key == _DUE else f"{kind.titles.get(key, key)}="
            yield f"[{typed}]" if key in kind.optional else typed


def take_note(office: OfficeFolder, packs: Packs, noted: Noted, now: str, actor: str) -> list[str]:
    """Record a note and say so. Raises ActRefused, EthicsError."""
    pack = office_pack(packs, office)
    notable = {
        name: each
        for each in pack.kinds.values()
        if each.noted
        for name in (each.id, each.title, *each.also)
    }
    kind = notable.get(noted.kind.replace("-", "_"))
    if kind is None:
        near = get_close_matches(noted.kind, notable, 1, _NEAR)
        hint = f"是不是“{near[0]}”？" if near else f"全部：\n{office.command('note', 'list')}"
        raise EthicsError(f"没有“{noted.kind}”这种事可以记。{hint}")
    if noted.closed:
        if not kind.closed_by:
            raise EthicsError(f"“{kind.title}”没有办结可记，--closed 用于投诉和整改。")
        kind = pack.kinds[kind.closed_by]
    _refuse_vague(office, kind, noted)
    with office.register().writing() as register:
        case = find_case(register, noted.case) if noted.case else None
        happening = _happening(register, kind, noted, case, now)
        if kind.id == CORRECTED:
            happening = _of_what_is_corrected(register, pack.kinds, happening)
        events = record(register, pack.kinds, [happening], now, actor)
        if kind.id == CORRECTED:
            register.rebuild()
        after = register.get(Case, case.id) if case else None
        lines = list(said(pack.kinds, events, register))
    return [*lines, *([case_line(pack.kinds, after)] if after else [])]


def _refuse_vague(office: OfficeFolder, kind: EventKind, noted: Noted) -> None:
    """Raises EthicsError for a note that does not say what it is about, with how it is typed."""
    for ref in ("case", "study", "meeting", "person"):
        given = getattr(noted, ref) or (ref == "study" and noted.case)
        if ref in kind.refs and not given:
            again = office.command("note", kind.title, f"--{ref}", _EXAMPLES[ref])
            raise EthicsError(f"“{kind.title}”要写明{_WHOM[ref]}，例如：\n{again}")


def _happening(
    state: Lookup, kind: EventKind, noted: Noted, case: Case | None, now: str
) -> Happening:
    if case is not None and kind.when and case.state not in kind.when:
        state_now = STATES.get(case.state, case.state)
        raise ActRefused(f"{case_name(case)} {state_now}，不能记“{kind.title}”。")
    data: dict[str, Any] = {}
    if noted.text:
        if not kind.text_in:
            raise EthicsError(f"“{kind.title}”不写一句话，其余的用 --set 名称=值。")
        data[kind.text_in] = noted.text
    for field in noted.fields:
        key, sign, value = field.partition("=")
        if not sign:
            raise EthicsError(f"--set 写成 名称=值，现在是“{field}”。")
        key = kind.key_of(key)
        data[key] = kind.typed(key, value)
    takes = (*kind.refs, *kind.may_refer)
    study = noted.study or (case.study if case is not None and "study" in takes else "")
    return Happening(
        kind.id,
        _time(noted.when, now),
        study,
        case.id if case else "",
        noted.meeting,
        noted.person,
        data,
    )


def _of_what_is_corrected(register: Reading, kinds: EventKinds, correction: Happening) -> Happening:
    """A correction that refers to what the event did which it withdraws.

    Raises ActRefused for an event that is an act of law, or withdrawn already.
    """
    number = correction.data.get("seq")
    wrong = next(register.events(seq=number), None) if isinstance(number, int) else None
    if wrong is None:
        raise EthicsError("请写明更正登记簿的第几条：--correct 12。条号见 mmethics office show。")
    kind = wrong.what.kind
    if kind == CORRECTED or wrong.seq in register.corrected():
        raise ActRefused(f"第 {wrong.seq} 条是更正，或已经更正过。")
    if kind != IMPORTED and not (kind in kinds and kinds[kind].noted):
        title = kinds[kind].title if kind in kinds else kind
        raise ActRefused(
            f"第 {wrong.seq} 条是“{title}”，不能更正：受理、指定、表决和决定只能另行处理。"
        )
    refs = {name: getattr(wrong.what, name) for name in REFERENCES}
    return replace(correction, **refs)


def _time(text: str, now: str) -> str:
    """When it was: a minute, or noon of a day; not after now. Raises EthicsError."""
    if not text:
        return now
    day = parse_date(text)
    when = text if is_time(text) else f"{day.isoformat()}{_NOON}" if day else ""
    if day == parse_date(now.partition("T")[0]):
        when = now
    if not when:
        raise EthicsError(
            f"--date 的值“{text}”不是日期或时刻，写成 2027-03-09 或 2027-03-09T14:05。"
        )
    if when > now:
        raise EthicsError(f"{text} 还没有到，不能记已经发生的事。")
    return when
