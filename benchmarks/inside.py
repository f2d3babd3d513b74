"""What is timed inside one process: the engine, and documents that were rendered before."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
from docxtpl import DocxTemplate

from benchmarks.own_form import OwnForm
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.render.slots import Words
from mmethics_cli.render.text import Rendered, render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.package import Document, Package


class Inside:
    """A full dossier, opened once; its candidates start from what a command has then read."""

    def __init__(self, folder: Path, today: date) -> None:
        gc.disable()  # as the program does
        self.dossier: Dossier = open_dossier(folder, today)
        self.package: Package = package_of(self.dossier, today)
        self.documents = [
            document for document in self.package.documents if "docx" in document.kind.formats
        ]
        self.form = next(
            document for document in self.documents if document.kind.id == "application_form"
        )
        self.template, self.values = self._for_docxtpl()
        self.own_form = OwnForm(self.dossier.facts, today)
        same = _words(self._word(self.form)), _words(self.by_docxtpl())
        assert same[0] == same[1], "docxtpl must print the same text"

    def candidates(self) -> dict[str, Callable[[], object]]:
        return {
            "evaluate": self.evaluate,
            "render all": lambda: [self._word(document) for document in self.documents],
            "render form": lambda: self._word(self.form),
            "docxtpl": self.by_docxtpl,
            "read own form": self.own_form.read,
            "fill own form": self.own_form.fill,
        }

    def evaluate(self) -> object:
        """All decision rules, review items and consistency rules, with the norms behind them."""
        old = self.dossier.facts
        facts = Facts(old.standard, old.values, old.today, old.baseline)
        pathway = Pathway(facts)
        applying = [
            item
            for item in facts.standard.items.values()
            if evaluate(item.applies_when, facts) is not NO
        ]
        return (
            pathway.decisions,
            [(result.basis, result.strength) for result in pathway.rules],
            [(facts.coverage.bases(item.basis), facts.coverage.demands(item)) for item in applying],
            list(contradictions(facts)),
        )

    def by_docxtpl(self) -> bytes:
        template = DocxTemplate(io.BytesIO(self.template))
        template.render({"v": self.values}, autoescape=True)
        return _saved(template)

    def _text(self, document: Document) -> Rendered:
        study = self.package.study_of(document)
        return render_text(self.package.templates, document.template, study)

    def _word(self, document: Document) -> bytes:
        return word_file(self._text(document), document.stamp, draft=False)

    def _for_docxtpl(self) -> tuple[bytes, list[str]]:
        """Our own document with a tag in place of each value that stands alone in its run."""
        rendered = self._text(self.form)
        known = {fill.text for fill in rendered.fills if isinstance(fill, Words)}
        document = docx.Document(io.BytesIO(self._word(self.form)))
        values: list[str] = []
        for text in document.element.body.iter("{*}t"):
            if text.text in known:
                values.append(text.text)
                text.text = f"{{{{ v[{len(values) - 1}] }}}}"
        assert values, "the document prints values"
        return _saved(document), values


def _saved(document: DocxTemplate | docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _words(data: bytes) -> str:
    body = docx.Document(io.BytesIO(data)).element.body
    return "".join(text.text or "" for text in body.iter("{*}t"))
