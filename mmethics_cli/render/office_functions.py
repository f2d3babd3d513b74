"""The template functions of the ethics office's papers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from mmethics_cli.core.words import parse_date
from mmethics_cli.errors import TemplateError
from mmethics_cli.render.criterion_views import (
    CriterionGroup,
    CriterionView,
    criteria_of,
    groups_of,
)
from mmethics_cli.render.office import Office
from mmethics_cli.render.office_views import (
    ChangedPaper,
    CheckedPaper,
    WantedPaper,
    changed_papers,
    checked_papers,
    wanted_papers,
)
from mmethics_cli.render.printing import Mark, Printing
from mmethics_cli.render.slots import Pick, Words

INTERVALS: Final = (3, 6, 12)  # months between two follow-up reviews that offices choose from
DECISIONS: Final = "event.prior_decision"
_BLANK: Final = "____________"


class OfficeFunctions:
    """Functions over what the office found and recorded; their names are those of the methods."""

    _printing: Printing

    @property
    def _office(self) -> Office:
        return self._printing.study.office or Office()

    def checked_papers(self) -> list[CheckedPaper]:
        """Every paper of the package, with what is missing in it."""
        return checked_papers(self._printing.study)

    def wanted_papers(self) -> list[WantedPaper]:
        """Papers that are lacking."""
        return wanted_papers(self._printing.study)

    def changed_papers(self) -> list[ChangedPaper]:
        """What is to be changed, by paper."""
        return changed_papers(self._printing.study)

    def criteria(self, applies: str = "") -> list[CriterionView]:
        """The criteria of the worksheet now rendered; with `applies` only those."""
        return [one for one in self._criteria if applies in ("", one.applies)]

    @cached_property
    def _criteria(self) -> list[CriterionView]:
        study = self._printing.study
        return criteria_of(study, study.stamp.id)

    def criterion_groups(self) -> list[CriterionGroup]:
        """The criteria that apply, or may, by theme."""
        return groups_of(self._criteria)

    def comments(self) -> tuple[str, ...]:
        """The comments that the committee recorded."""
        return self._office.comments

    def recorded(self, key: str) -> Mark:
        """What decision.yaml says, else a control or a line to fill in by hand.

        Keys: decision, date, number, valid_until, interval_months.
        """
        return Mark(lambda: self._recorded(key))

    def given(self, key: str) -> str:
        """What decision.yaml says under a key, in words; nothing where it says nothing."""
        text = self._office.recorded.get(key, "")
        match key:
            case "decision":
                return self._decisions.get(text, text)
            case "interval_months":
                return self._months(text) if text else ""
            case "date" | "valid_until":
                day = parse_date(text)
                return self._printing.words.date(day) if day else text
            case "number":
                return text
        raise TemplateError(f"decision.yaml 里没有“{key}”这一项。")

    def options(self, key: str) -> tuple[str, ...]:
        """What there is to choose from; an interval is never longer than the rules allow."""
        match key:
            case "decision":
                return tuple(self._decisions.values())
            case "interval_months":
                longest = self._printing.study.pathway.decisions["follow_up_interval_months"].value
                most = longest if isinstance(longest, int) else INTERVALS[-1]
                return tuple(self._months(one) for one in INTERVALS if one <= most)
        return ()

    def _recorded(self, key: str) -> str:
        book, given, options = self._printing.book, self.given(key), self.options(key)
        if given:
            return book.put(Words(given))
        if options:
            return book.put(Pick(self._printing.tag(key), options, self._printing.words.or_))
        return _BLANK if key == "number" else self._printing.pick_date(key)

    def _months(self, count: int | str) -> str:
        return self._printing.words.months.format(count)

    @property
    def _decisions(self) -> Mapping[str, str]:
        return self._printing.study.standard.questions[DECISIONS].values
