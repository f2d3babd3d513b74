"""What the register tells of a case, a study, a meeting or a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.acting import case_line
from mmethics_cli.office.events import EventKinds, Happening
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import find_case
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import RegisteredStudy
from mmethics_cli.workflow.packs import Packs

_WITHDRAWN: Final = "　（已更正，不算）"


def history_text(office: OfficeFolder, packs: Packs, name: str) -> str:
    """All events about something, a line each, by their numbers. Raises EthicsError."""
    kinds = office_pack(packs, office).kinds
    with office.register().reading() as register:
        heads, column, key = _subject(register, kinds, name)
        corrected = register.corrected()
        lines = [
            "  ".join(
                (
                    f"{event.seq:>6}",
                    event.counted.happened.replace("T", " "),
                    _said(kinds, event.counted, column) + _WITHDRAWN * (event.seq in corrected),
                )
            )
            for event in register.events(**{column: key})
        ]
    return "\n".join([*heads, *lines])


def _subject(register: Reading, kinds: EventKinds, name: str) -> tuple[list[str], str, str]:
    """Where it stands, and by which column of the events it is found."""
    study = register.get(RegisteredStudy, name)
    if study is not None:
        return [f"{study.id}　{study.title}".rstrip()], "study", study.id
    for column in ("meeting", "person"):
        if next(register.events(**{column: name}), None) is not None:
            return [name], column, name
    try:
        case = find_case(register, name)
    except EthicsError as error:
        raise EthicsError(f"登记簿里没有“{name}”：{error.message}") from None
    return [case_line(kinds, case)], "case", case.id


def _said(kinds: EventKinds, happening: Happening, column: str) -> str:
    kind = kinds.get(happening.kind)
    refs = [
        value
        for ref in ("case", "meeting", "person")
        if ref != column and (value := getattr(happening, ref))
    ]
    return "　".join((kind.title if kind else happening.kind, *refs, *_data(happening.data)))


def _data(data: Mapping[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, list):
            value = "、".join(map(str, value))
        if not isinstance(value, dict) and value != "":
            yield f"{key}={value}"
