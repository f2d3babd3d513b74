"""One act of the office on a case: decided on the register as it is, and written with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Event, EventKinds, Happening
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import STATES, case_name, find_case
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.register.database import Writing
from mmethics_cli.office.state import Appointment, Case, Lookup
from mmethics_cli.workflow.packs import Packs

# The kinds of events after which something leaves the office.
_SENDING: Final = frozenset({"accepted", "supplement_requested", "assigned"})
# What an act comes to, of the register as it is; raises ActRefused.
Decide = Callable[[Lookup, Case, OfficePack], list[Happening]]


def act(
    office: OfficeFolder, packs: Packs, case: str, decide: Decide, now: str, actor: str
) -> list[str]:
    """Do one act on a case and say what was recorded. Nothing is written where it is refused.

    Raises ActRefused, EthicsError, WorkspaceError.
    """
    pack = office_pack(packs, office)
    with office.register().writing() as register:
        case_found = find_case(register, case)
        happenings = decide(register, case_found, pack)
        events = record(register, pack.kinds, happenings, now, actor)
        after = register.get(Case, case_found.id) or case_found
        written = _sent_out(office, pack, register, events, now)
        lines = list(said(pack.kinds, events, register))
    return [*lines, *written, case_line(pack.kinds, after)]


def _sent_out(
    office: OfficeFolder, pack: OfficePack, register: Writing, events: list[Event], now: str
) -> list[str]:
    """The files that these events send out, for people."""
    if not any(each.what.kind in _SENDING for each in events):
        return []
    # Loaded late: most acts send nothing out, and what makes papers takes long to load.
    from mmethics_cli.office.papers.outgoing import write_outgoing
    from mmethics_cli.office.papers.paper_desk import PaperDesk

    desk = PaperDesk(office, pack, register, now)
    return list(_written(write_outgoing(desk, events)))


def _written(paths: Iterable[Path]) -> Iterator[str]:
    """What was written, by folder."""
    for folder, files in groupby(paths, lambda path: path.parent):
        yield f"写好，在 {folder}："
        yield from (f"  {path.name}" for path in files)


def record(
    register: Writing, kinds: EventKinds, happenings: Iterable[Happening], now: str, actor: str
) -> list[Event]:
    """Write events that say what their kind must say. Raises EthicsError for one that does not."""
    events = []
    for happening in happenings:
        faults = list(kinds[happening.kind].faults(happening))
        if faults:
            raise EthicsError(f"登记不了：{'；'.join(faults)}。")
        events.append(register.append(happening, now, actor))
    return events


def said(kinds: EventKinds, events: Iterable[Event], state: Lookup | None = None) -> Iterator[str]:
    """What was recorded, one line an event; `state` knows the members' names."""
    for event in events:
        person = event.what.person
        known = state.where(Appointment, person=person) if state and person else ()
        who = person_name(known[-1]) if known else person
        yield f"已登记 第 {event.seq} 条：{kinds[event.what.kind].title}　{who}".rstrip("　")


def case_line(kinds: EventKinds, case: Case) -> str:
    """Where a case stands, in one line."""
    parts = [case_name(case), STATES.get(case.state, case.state)]
    if case.method:
        parts.append(kinds["accepted"].labels.get(case.method, case.method))
    if case.state == "accepted" and case.due_at:
        parts.append(f"期限 {case.due_at.replace('T', ' ')}")
    return "　".join(parts)
