"""Members in office on a day, and the classes that a committee must have among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mmethics_cli.office.state import Appointment

CONSULTANT: Final = "consultant"
_WITHOUT_VOTE: Final = frozenset({CONSULTANT, "secretary"})
_MEDICAL: Final = "medical"
_SEXES: Final = {"F": "woman", "M": "man"}


def classes_of(category: object, sex: object, external: object) -> tuple[str, ...]:
    """The classes that a member stands for: what they know, whence they come, their sex."""
    classes = [_MEDICAL if category == _MEDICAL else "non_medical"]
    if isinstance(sex, str) and sex in _SEXES:
        classes.append(_SEXES[sex])
    if external is True:
        classes.append("external")
    return tuple(classes)


def in_office(appointments: Iterable[Appointment], day: str) -> dict[str, Appointment]:
    """Who holds an office on a day, by person: the latest appointment that covers it.

    First and last day of a term are part of it.
    """
    covering = [each for each in appointments if each.term_from <= day <= each.term_to]
    return {each.person: each for each in sorted(covering, key=lambda each: each.term_from)}


def voting(appointments: Iterable[Appointment], day: str) -> dict[str, Appointment]:
    """Those of them who have a vote: neither consultants nor a secretary who is no member."""
    return {
        person: each
        for person, each in in_office(appointments, day).items()
        if each.category != CONSULTANT and each.role not in _WITHOUT_VOTE
    }
