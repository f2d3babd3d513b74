"""Required consent elements as the committee's table shows them: element, article, form, place."""

from __future__ import annotations

from dataclasses import dataclass

from mmethics_cli.render.citation import cite
from mmethics_cli.render.study import ConsentPaper, Study

NO_PLACE = "没有写"


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A paper that must tell an element, and the headings where it does.

    `own` is a paper of the applicant's: the place is written in by hand.
    """

    title: str
    where: str
    own: bool


@dataclass(frozen=True, slots=True)
class ElementView:
    """An element that at least one paper of the submission must tell."""

    id: str
    text: str
    basis_text: str
    places: list[PlaceView]


def element_views(study: Study, marks: bool) -> list[ElementView]:
    """The elements in the order of the pack, each with the papers that must or do tell it."""
    papers = study.consents()
    views = []
    for element in study.standard.elements.values():
        places = [_place(one, element.id) for one in papers if _tells(one, element.id)]
        if places:
            cited = cite(study.standard, element.basis, marks)
            views.append(ElementView(element.id, element.text, cited, places))
    return views


def _tells(paper: ConsentPaper, element: str) -> bool:
    return element in paper.required or element in (paper.places or {})


def _place(paper: ConsentPaper, element: str) -> PlaceView:
    own = paper.places is None
    headings = (paper.places or {}).get(element, ())
    where = "" if own else "；".join(f"“{one}”" for one in headings) or NO_PLACE
    return PlaceView(paper.title, where, own)
