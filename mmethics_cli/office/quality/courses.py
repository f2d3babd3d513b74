"""Records of what goes on in steps: access asked for and given, complaints, volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from mmethics_cli.office.events import Happening

Record = dict[str, Any]
ByKind = Mapping[str, Sequence[Happening]]

_TIME_LENGTH: Final = len("2027-03-09T14:05")
_OF_VOLUME: Final = ("volume_closed", "retention_begun", "appraised", "disposed")


def moment(text: object) -> datetime | None:
    """A time as events write it; None where there is none."""
    # Of this length nothing else passes that Python reads as a time.
    if not isinstance(text, str) or len(text) != _TIME_LENGTH:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day_of(text: object) -> date | None:
    """A day as events write it; None where there is none."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def courses_of(by_kind: ByKind, begins: str, begun: str, steps: Mapping[str, str]) -> list[Record]:
    """What begins with one kind of happening and goes on with `steps`, each to its field.

    A step belongs to the first course of that person, case and request that lacks it and was not
    refused; one that nothing precedes begins a course of its own.
    """
    nothing = dict.fromkeys(("kind", "due", begun, "refused_at", *steps.values()))
    courses: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    told = (each for kind in (begins, *steps) for each in by_kind.get(kind, ()))
    for each in sorted(told, key=lambda each: each.happened):
        request = str(each.data.get("request") or "")
        own = courses[each.case, each.person, request]
        field = steps.get(each.kind, begun)
        course = next(
            (
                candidate
                for candidate in own
                if candidate[field] is None and not candidate["refused_at"]
            ),
            None,
        )
        if course is None or field == begun:
            name = request or f"{each.case} {each.person} {len(own) + 1}".strip()
            course = {"id": name} | nothing
            own.append(course)
        course[field] = moment(each.happened)
        course["kind"] = each.data.get("kind") or course["kind"]
        course["due"] = day_of(each.data.get("due")) or course["due"]
    return [course for _, own in sorted(courses.items()) for course in own]


def volumes_of(by_kind: ByKind) -> list[Record] | None:
    """The volumes that were closed; nothing is known where the register tells of none."""
    fields = ("retention_until", "appraised_at", "disposed_at", "disposal_list", "witnesses")
    volumes: dict[str, Record] = {}
    told = [each for kind in _OF_VOLUME for each in by_kind.get(kind, ())]
    for each in sorted(told, key=lambda each: each.happened):
        name = str(each.data.get("volume"))
        volume = volumes.setdefault(name, {"id": name} | dict.fromkeys(fields))
        if "until" in each.data:
            volume["retention_until"] = day_of(each.data["until"])
        if each.kind == "appraised":
            kept = each.data.get("outcome") == "keep"  # till it is appraised anew
            volume["appraised_at"] = None if kept else moment(each.happened)
        if each.kind == "disposed":
            volume["disposed_at"] = moment(each.happened)
            volume["disposal_list"] = each.data.get("list")
            volume["witnesses"] = each.data.get("witnesses")
    return [volumes[name] for name in sorted(volumes)] if volumes else None
