"""Texts that rest on changed facts, put before the person again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mmethics_cli.ask.menu import Option
from mmethics_cli.ask.prompts import Key, Pressed, Prompts
from mmethics_cli.commands.options import Session, columns
from mmethics_cli.core.answers.edits import answers_by_question
from mmethics_cli.core.lifecycle.resting import RestingText
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import question_at
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.wording.columns import wrap
from mmethics_cli.wording.typed import PromptReader, help_on
from mmethics_cli.wording.values import prompt_text
from mmethics_cli.workflow.lifecycle.confirming import confirm_texts, texts_to_confirm
from mmethics_cli.workflow.opening import Dossier, reopened

_LATER, _TRUE, _EDIT = "later", "true", "edit"
# Nothing is confirmed by a reflex: the first option leaves the text as it is.
_OPTIONS: Final[Sequence[Option]] = (
    (_LATER, "以后再说"),
    (_TRUE, "仍然属实，确认"),
    (_EDIT, "现在改"),
)


def ask_about_texts(session: Session, dossier: Dossier, prompts: Prompts | None = None) -> Dossier:
    """Put each such text before the person; the dossier as it is afterwards.

    Each answer is saved before the next is asked for. KeyboardInterrupt or EOFError where the
    person went away.
    """
    texts = texts_to_confirm(dossier)
    if not texts:
        return dossier
    asker = _Asker(session, dossier, prompts or Prompts(session.terminal))
    session.out(f"有 {len(texts)} 段文字是在所依的事实改动以前批准的，请逐段看一看。")
    for text in texts:
        asker.ask(text)
    return reopened(dossier)


class _Asker:
    """Asks about one text after the other."""

    def __init__(self, session: Session, dossier: Dossier, prompts: Prompts) -> None:
        self.session = session
        self.dossier = dossier
        self.prompts = prompts
        self.reader = PromptReader(named_refusal, dossier.standard.placeholders)

    def ask(self, text: RestingText) -> None:
        """Until the person has confirmed it, changed it or put it off."""
        question = question_at(self.dossier.standard, text.path)
        self._show(f"\n“{text.label}”（{'、'.join(text.changed)}改动以前写的）：")
        self._show(prompt_text(question, text.text))
        while True:
            answer = self.prompts.choice("这段文字现在还属实吗？", _OPTIONS, None)
            if isinstance(answer, Pressed):
                if answer.key is Key.BACK:
                    return
                self._show(
                    "写给委员会和参与者看的文字要与今天的事实一致；确认只对现在的文字和事实算数。"
                )
            elif answer == _TRUE:
                confirm_texts(self.dossier, [text.path])
                return
            elif answer == _LATER or self._edit(question, text):
                return

    def _edit(self, question: Question, text: RestingText) -> bool:
        """Whether another text was written; False where the person went back."""
        ask = self.prompts.long if question.long else self.prompts.line
        draft = prompt_text(question, text.text)
        while True:
            written = ask(
                question.prompt or question.label,
                draft,
                lambda typed: self.reader.complaint(question, typed),
            )
            if not isinstance(written, Pressed):
                break
            draft = written.text
            if written.key is Key.BACK:
                return False
            for line in help_on(question, self.dossier.facts):
                self._show(f"  {line}")
        value = self.reader.value(question, written)
        workspace = self.dossier.workspace
        workspace.set_answers(answers_by_question(self.dossier.facts, {text.path: value}))
        self.dossier = reopened(self.dossier)
        return True

    def _show(self, text: str) -> None:
        for line in text.splitlines():
            for part in wrap(line, columns() - 1) or [""]:
                self.session.out(part)
