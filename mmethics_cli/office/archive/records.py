"""案卷、档案件、查阅: what is kept together, what lies in it, and who asked to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from mmethics_cli.office.events import Happening
from mmethics_cli.office.record import Lookup, OfficeRecord

STUDY: Final = "study"  # the kind of a study's volume; its id is the study's


class Volume(OfficeRecord, frozen=True):
    """What is kept together and ends together: a study's papers, or a year's of the committee.

    The retention is what it was when the volume closed: so many `years` from `begins_on` until
    `until`, by `rules`, for the reasons in `basis`. No `until`: its end is not known, or it is
    kept for ever (`permanent`). `on_list` is the disposal list that says to destroy it.
    """

    FIND: ClassVar = ("state",)

    id: str
    kind: str = STUDY
    state: str = "open"
    opened_at: str = ""
    closed_at: str = ""
    place: str = ""
    years: int = 0
    begins_on: str = ""
    until: str = ""
    permanent: bool = False
    rules: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    appraised_at: str = ""
    on_list: str = ""
    list_digest: str = ""
    disposed_at: str = ""


class ArchivedPaper(OfficeRecord, frozen=True):
    """A line of the catalogue: something that lies in a volume, as a file here or on paper.

    `digest` is the SHA-256 of `file`, a name in the office's folder; of a sealed package that of
    its manifest.
    """

    KEY: ClassVar = ("volume", "number")
    FIND: ClassVar = ("volume", "case", "meeting")

    volume: str
    number: int
    kind: str
    title: str
    version: str = ""
    medium: str = ""
    digest: str = ""
    file: str = ""
    place: str = ""
    case: str = ""
    meeting: str = ""
    filed_at: str = ""


class Access(OfficeRecord, frozen=True):
    """A request to see, copy or borrow, from the form to the return."""

    FIND: ClassVar = ("study", "state")

    id: str
    study: str
    person: str
    capacity: str = ""
    kind: str = ""
    want: tuple[str, ...] = ()
    purpose: str = ""
    proof: str = ""
    state: str = "requested"
    requested_at: str = ""
    approved_by: str = ""
    due: str = ""
    folder: str = ""
    returned_at: str = ""


RECORDS: Final[tuple[type[OfficeRecord], ...]] = (Volume, ArchivedPaper, Access)
_Records = Iterator[OfficeRecord]


def _text(event: Happening, key: str) -> str:
    value = event.data.get(key)
    return value if isinstance(value, str) else ""


def opened(state: Lookup, event: Happening) -> _Records:
    """The volume that a study's first acceptance or refusal opens."""
    if event.study and state.get(Volume, event.study) is None:
        yield Volume(event.study, opened_at=event.happened)


def _of_committee(state: Lookup, event: Happening) -> _Records:
    yield Volume(_text(event, "volume"), _text(event, "kind"), opened_at=event.happened)


def papers_in(state: Lookup, event: Happening) -> _Records:
    """The lines that an event adds to the catalogue of its volume."""
    rows = event.data.get("papers")
    volume = _text(event, "volume") or event.study
    if not isinstance(rows, list) or state.get(Volume, volume) is None:
        return
    first = len(state.where(ArchivedPaper, volume=volume)) + 1
    for number, row in enumerate(rows, first):
        known = {key: str(row.get(key) or "") for key in _PAPER}
        known["case"] = known["case"] or event.case
        yield ArchivedPaper(volume, number, filed_at=event.happened, **known)


_PAPER: Final = (
    "kind", "title", "version", "medium", "digest", "file", "place", "case", "meeting"
)  # fmt: skip


def _of_volume(
    change: Callable[[Volume, Happening], Mapping[str, Any]],
) -> Callable[[Lookup, Happening], _Records]:
    def way(state: Lookup, event: Happening) -> _Records:
        volume = state.get(Volume, _text(event, "volume") or event.study)
        if volume is not None:
            yield replace(volume, **change(volume, event))

    return way


def _closed(state: Lookup, event: Happening) -> _Records:
    years = event.data.get("years")
    known = {key: _text(event, key) for key in ("begins_on", "until", "place")}
    known = {key: text for key, text in known.items() if text}
    for volume in _of_volume(lambda volume, event: known)(state, event):
        assert isinstance(volume, Volume)
        yield replace(
            volume,
            state="closed",
            closed_at=event.happened,
            years=years if isinstance(years, int) else 0,
            permanent=event.data.get("permanent") is True,
            rules=tuple(event.data.get("rules") or ()),
            basis=tuple(event.data.get("basis") or ()),
        )
    yield from papers_in(state, event)


def _appraised(volume: Volume, event: Happening) -> Mapping[str, Any]:
    if event.data.get("outcome") == "keep":
        return {
            "until": _text(event, "until"),
            "appraised_at": "",
            "on_list": "",
            "list_digest": "",
        }
    return {
        "appraised_at": event.happened,
        "on_list": _text(event, "list"),
        "list_digest": _text(event, "digest"),
    }


def _requested(state: Lookup, event: Happening) -> _Records:
    name = _text(event, "request")
    if name:
        texts = {key: _text(event, key) for key in ("capacity", "kind", "purpose", "proof")}
        yield Access(
            name,
            event.study,
            event.person,
            want=tuple(event.data.get("want") or ()),
            requested_at=event.happened,
            **texts,
        )


def _of_access(state_after: str, *keys: str) -> Callable[[Lookup, Happening], _Records]:
    def way(state: Lookup, event: Happening) -> _Records:
        access = state.get(Access, _text(event, "request"))
        if access is not None:
            more = {key: text for key in keys if (text := _text(event, key))}
            if state_after == "approved":
                more["approved_by"] = _text(event, "by")
            if state_after == "returned":
                more["returned_at"] = event.happened
            yield replace(access, state=state_after, **more)

    return way


def _released(volume: Volume, event: Happening) -> Mapping[str, Any]:
    """One hold, where it is named; else all."""
    what = _text(event, "hold")
    return {"holds": tuple(each for each in volume.holds if what and each != what)}


WAYS: Final[Mapping[str, Callable[[Lookup, Happening], _Records]]] = {
    "volume_opened": _of_committee,
    "paper_filed": papers_in,
    "volume_closed": _closed,
    "retention_begun": _of_volume(
        lambda volume, event: {key: _text(event, key) for key in ("begins_on", "until")}
    ),
    "hold_set": _of_volume(
        lambda volume, event: {"holds": (*volume.holds, _text(event, "reason"))}
    ),
    "hold_released": _of_volume(_released),
    "appraised": _of_volume(_appraised),
    "disposed": _of_volume(
        lambda volume, event: {"state": "disposed", "disposed_at": event.happened}
    ),
    "access_requested": _requested,
    "access_approved": _of_access("approved"),
    "access_refused": _of_access("refused"),
    "access_done": _of_access("done", "due", "folder"),
    "access_returned": _of_access("returned"),
}
