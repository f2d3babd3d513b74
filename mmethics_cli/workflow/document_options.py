"""What can be chosen of documents that are rendered: whose, in which language, how named.

Apart from what renders them, so that a command's help need not load it.
"""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """Whose documents are rendered: as `audience` of a document in the pack, or approved ones."""

    applicant = "applicant"
    committee = "committee"
    approved = "approved"


class Language(StrEnum):
    """The languages of the documents; bilingual: for participants, both side by side."""

    zh = "zh"
    en = "en"
    both = "both"
    bilingual = "bilingual"


class PaperSet(StrEnum):
    """How many papers there are: what a secretary keeps, or each document a paper of its own."""

    short = "short"
    full = "full"


class FileNaming(StrEnum):
    """How rendered files are named: by title or by id."""

    by_title = "title"
    by_id = "id"
