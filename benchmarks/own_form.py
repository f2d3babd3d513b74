"""A large form of an institution, read and filled in one process."""

from __future__ import annotations

import io
from datetime import date

import docx

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.formats.form.reading import WordForm, read_form
from mmethics_cli.forms.filling import fill_form
from mmethics_cli.forms.mapping import proposed_tree, read_mapping
from mmethics_cli.forms.proposing import FormReading, propose
from mmethics_cli.workflow.own_forms.forms import words_of
from mmethics_cli.workflow.packs import Packs

_BLANKS = 150
_TITLE = "伦理审查初始审查申请表"


class OwnForm:
    """A form with a blank for each of many questions: short ones in pairs, long ones below."""

    def __init__(self, facts: Facts, day: date) -> None:
        loaded = Packs(None).of(None, ("forms",))
        self.facts, self.day = facts, day
        self.standard, self.words = loaded.standard, words_of(loaded)
        self.data = self._built()
        form, reading = self.read()
        self.blanks = len(form.blanks)
        tree = proposed_tree(
            {"file": "form.docx"}, form.blanks, reading.proposals, self.words, self.standard
        )
        self.mapping, faults = read_mapping("form", tree, self.standard)
        assert not faults, "the mapping is the program's own"

    def _built(self) -> bytes:
        document = docx.Document()
        document.add_paragraph(_TITLE)
        questions = [
            question
            for path, question in self.standard.questions.items()
            if not path.startswith("event.") and question.type != "list"
        ][:_BLANKS]
        table = document.add_table(0, 4)
        short: list[str] = []
        for question in questions:
            if question.long:
                head, room = table.add_row().cells, table.add_row().cells
                head[0].merge(head[-1]).text = f"{question.label}："
                room[0].merge(room[-1])
            else:
                boxes = " ".join(f"□{label}" for label in question.values.values())
                short += [question.label, boxes]
            if len(short) == 4:
                for cell, text in zip(table.add_row().cells, short, strict=True):
                    cell.text = text
                short = []
        file = io.BytesIO()
        document.save(file)
        return file.getvalue()

    def read(self) -> tuple[WordForm, FormReading]:
        """Its blanks, with a proposal for each."""
        form = read_form(self.data, _TITLE)
        return form, propose(form.blanks, form.head, form.text, self.words, self.standard)

    def fill(self) -> bytes:
        form = read_form(self.data, _TITLE)
        form.package.touch(form.package.main)
        fill_form(self.mapping, form.blanks, self.facts, self.day)
        return form.package.saved()
