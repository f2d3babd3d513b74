"""The papers of a package: each a file that a document becomes, told apart from others of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import DocumentError
from mmethics_cli.render.slots import Words
from mmethics_cli.render.study import SealedBeside, Study
from mmethics_cli.render.text import Rendered, render_text
from mmethics_cli.render.word import bilingual_file, word_file
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.documents import file_name
from mmethics_cli.store.submission.rendered import RenderRecord
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package

if TYPE_CHECKING:
    from datetime import date

    from mmethics_cli.formats.excel.model import Workbook
    from mmethics_cli.formats.redline.changes import TextChange
    from mmethics_cli.workflow.own_forms.pack_forms import PackForm

CLEAN: Final = ".docx"
ENGLISH: Final = ".en.docx"
BILINGUAL: Final = ".zh-en.docx"
MARKED: Final = "-修订标记.docx"
SHEET: Final = ".xlsx"


class Paper(Struct, dict=True):
    """One file of a document; `ending` tells it apart from the document's others."""

    document: Document
    naming: FileNaming
    ending: str

    @property
    def id(self) -> str:
        """What it is called whatever the file is: `consent_adult.docx`."""
        return f"{self.document.kind.id}{self.ending}"

    @property
    def name(self) -> str:
        """What the file is called."""
        kind, stamp = self.document.kind, self.document.stamp
        title = kind.id if self.naming is FileNaming.by_id else kind.title
        version = DocumentVersion(stamp.version, stamp.date)
        return file_name(self.document.number, title, version, self.ending)

    @property
    def source(self) -> str:
        """The digest of what it is made from: the facts that it prints, in their template."""
        raise NotImplementedError

    def data(self, *, draft: bool) -> bytes:
        """Its bytes; those of a draft carry the watermark. Raises TemplateError."""
        raise NotImplementedError


class WordPaper(Paper, dict=True):
    """A document printed from a template, in the language of its stamp."""

    package: Package
    template: str

    @cached_property
    def rendered(self) -> Rendered:
        return self._rendered(self._study)

    @property
    def source(self) -> str:
        rendered = self.rendered
        shown = [
            (name, sha256(data))
            for name, data in rendered.pictures.items()
            if name in rendered.markdown
        ]
        looks = rendered.title, rendered.layout, rendered.landscape, self.document.stamp
        return _digest(rendered.markdown, rendered.fills, shown, looks)

    @property
    def untranslated(self) -> tuple[str, ...]:
        """The paths of texts that stand in Chinese where English was asked for."""
        return self.rendered.untranslated

    @property
    def printed(self) -> Iterator[tuple[str, str]]:
        """The facts that it prints, by path, and the words in which it does."""
        for fill in self.rendered.fills:
            if isinstance(fill, Words) and fill.path and not fill.gap:
                yield fill.path, fill.text

    def data(self, *, draft: bool) -> bytes:
        return word_file(self.rendered, self.document.stamp, draft=draft)

    def telling(self, beside: SealedBeside) -> bytes:
        """Its bytes as they are sealed, with what is sealed beside it."""
        rendered = self._rendered(replace(self._study, beside=beside))
        return word_file(rendered, self.document.stamp, draft=False)

    @property
    def _study(self) -> Study:
        return self.package.study_of(self.document)

    def _rendered(self, study: Study) -> Rendered:
        return render_text(self.package.templates, self.template, study)


class FormPaper(WordPaper, dict=True):
    """The institution's own form, filled, in the place of a document."""

    dossier: Dossier
    form: PackForm

    @property
    def source(self) -> str:
        return _digest(self._filled(draft=False))

    @property
    def untranslated(self) -> tuple[str, ...]:
        return ()

    @property
    def printed(self) -> Iterator[tuple[str, str]]:
        from mmethics_cli.forms.filling import facts_on

        return facts_on(self.form.mapping, self.dossier.facts, self._day)

    def data(self, *, draft: bool) -> bytes:
        return self._filled(draft=draft)

    def telling(self, beside: SealedBeside) -> bytes:
        return self._filled(draft=False)

    @property
    def _day(self) -> date:
        day = self.document.stamp.date or self.dossier.facts.today
        assert day is not None  # a dossier is opened on a day
        return day

    def _filled(self, *, draft: bool) -> bytes:
        # Loaded late: most packs map no form.
        from mmethics_cli.workflow.own_forms.forms import fill

        return fill(self.dossier.facts, self.form, self._day, draft=draft).data


class BilingualPaper(WordPaper, dict=True):
    """A document with its translation beside it; what is filled in stands once."""

    translation: WordPaper

    @property
    def source(self) -> str:
        return _digest(super().source, self.translation.source)

    @property
    def untranslated(self) -> tuple[str, ...]:
        return self.translation.untranslated

    def data(self, *, draft: bool) -> bytes:
        stamp = self.document.stamp
        return bilingual_file(self.rendered, self.translation.rendered, stamp, draft=draft)


class WorkbookPaper(Paper, dict=True):
    """The Excel file of a document that has a layout."""

    dossier: Dossier
    package: Package

    @property
    def source(self) -> str:
        return _digest(self._book)

    def data(self, *, draft: bool) -> bytes:
        # openpyxl takes long to load, and few documents need it.
        from mmethics_cli.formats.excel.writer import excel_file

        return excel_file(self._book)

    @cached_property
    def _book(self) -> Workbook:
        from mmethics_cli.render.worksheets import layout_workbook

        layout = self.document.kind.layout
        tree = parse(self.dossier.pack.template_text(layout), layout).tree
        return layout_workbook(layout, tree, self.package.study_of(self.document))


class MarkedPaper(Paper, dict=True):
    """A document with its differences from the sealed file as revisions of Word's own.

    What a person edited in the clean one is what will be handed in, and so what is compared. Its
    `data` raises DocumentError where one of the files can't be read or handled.
    """

    before: Path
    author: str
    clean: WordPaper
    record: RenderRecord | None

    @property
    def source(self) -> str:
        return _digest(self.clean.source, sha256(self.before.read_bytes()), sha256(self._edited))

    def data(self, *, draft: bool) -> bytes:
        made, key = self.clean.package.marks, f"{self.source} {draft}"
        if key not in made:
            # Loaded late: a first submission is compared with nothing.
            from mmethics_cli.formats.redline.redline import redline

            stamp = self.document.stamp
            assert stamp.date is not None  # a document that changed was dated
            new = self._edited or self.clean.data(draft=draft)
            made[key] = redline(self.before.read_bytes(), new, self.author, stamp.date)
        return made[key]

    @property
    def is_brought(self) -> bool:
        """Whether a file lies in its place that a person made, or edited."""
        return self.record is not None and bool(self.record.edited_file(self.name, self.id))

    def changes(self) -> tuple[TextChange, ...]:
        """Every sentence that differs. Raises DocumentError where a file can't be read."""
        from mmethics_cli.formats.redline.changes import changes

        return changes(self.before.read_bytes(), self._edited or self.clean.data(draft=False))

    @cached_property
    def _edited(self) -> bytes:
        """The clean file as a person edited it, as it will be sealed; nothing where nobody did."""
        record, clean = self.record, self.clean
        name = record.edited_file(clean.name, clean.id) if record is not None else ""
        if record is None or not name:
            return b""
        # Loaded late: most papers are as the program wrote them.
        from mmethics_cli.formats.word.watermark import without_watermark

        try:
            return without_watermark((record.folder / name).read_bytes())
        except (DocumentError, OSError):
            return b""  # nothing will be sealed before that file can be read


def papers_of(
    dossier: Dossier,
    package: Package,
    documents: Sequence[Document],
    naming: FileNaming,
    language: Language = Language.zh,
    record: RenderRecord | None = None,
) -> Iterator[Paper]:
    """The papers of documents, in their order; one without an English template stays Chinese.

    `record` is that of the folder where people may have edited them. Raises PackError where the
    pack's English words are wrong.
    """
    english = None
    if language is not Language.zh:
        from mmethics_cli.workflow.english import english_package

        english = english_package(dossier, package)
    for document in documents:
        alone = english is None or not has_english(dossier, document, language)
        if alone or language is not Language.en:
            yield from _chinese(dossier, package, document, naming, record)
        if english is not None and not alone:
            translation = _in_english(english, document, naming)
            if language is not Language.bilingual:
                yield translation
            else:
                name = document.template
                yield BilingualPaper(document, naming, BILINGUAL, package, name, translation)


def has_english(dossier: Dossier, document: Document, language: Language) -> bool:
    """Whether the pack has an English template of a document; side by side, of participants'."""
    from mmethics_cli.workflow.english import template_of

    asked = bool(document.kind.for_form) or language is not Language.bilingual
    return asked and template_of(document.kind) in dossier.pack.templates


def _chinese(
    dossier: Dossier,
    package: Package,
    document: Document,
    naming: FileNaming,
    record: RenderRecord | None,
) -> Iterator[Paper]:
    clean = WordPaper(document, naming, CLEAN, package, document.template)
    if dossier.loaded.forms:
        from mmethics_cli.workflow.own_forms.forms import standing_for

        if (form := standing_for(dossier, document.kind.id)) is not None:
            name = document.template
            clean = FormPaper(document, naming, CLEAN, package, name, dossier, form)
    yield clean
    if document.before is not None and not document.unmarked:
        investigator = dossier.facts.get("investigator.name")
        author = investigator if isinstance(investigator, str) else "主要研究者"
        yield MarkedPaper(document, naming, MARKED, document.before, author, clean, record)
    if "xlsx" in document.kind.formats and document.kind.layout in dossier.pack.templates:
        yield WorkbookPaper(document, naming, SHEET, dossier, package)


def _in_english(package: Package, document: Document, naming: FileNaming) -> WordPaper:
    from mmethics_cli.workflow.english import in_english_words, template_of

    template = template_of(document.kind)
    return WordPaper(in_english_words(document), naming, ENGLISH, package, template)


def _digest(*parts: object) -> str:
    """Values show themselves the same in every run: they hold no sets and no addresses."""
    return sha256(repr(parts).encode())
