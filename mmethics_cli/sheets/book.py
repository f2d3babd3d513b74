"""The whole workbook as pages, made of what the dossier says."""

from __future__ import annotations

from datetime import date

from mmethics_cli.sheets.guide import guide_page
from mmethics_cli.sheets.items import WhyNot, item_page
from mmethics_cli.sheets.layout import Page
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.lists import list_pages, sheet_names
from mmethics_cli.sheets.questions import Cite, asked, question_pages


def pages_of(ledger: Ledger, cite: Cite, why_not: WhyNot, day: date) -> tuple[Page, ...]:
    """The pages in their order; a blank dossier has those of the deciding questions alone.

    `cite` words a basis, `why_not` the facts for which a review item does not apply.
    """
    wanted = asked(ledger)
    names = sheet_names(ledger)
    pages = question_pages(ledger, wanted, names, cite)
    pages += list_pages(ledger, wanted, names)
    if not wanted.blank:
        pages.append(item_page(ledger, cite, why_not))
    return (guide_page(ledger, pages, wanted.blank, day), *pages)
