"""A person at a terminal walks through the review items: a form whose rows are the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field

from mmethics_cli.ask.editor import edit_text
from mmethics_cli.ask.field import Draft
from mmethics_cli.ask.form import Form
from mmethics_cli.ask.prompts import Key, Prompts
from mmethics_cli.core.answers.self_check import ANSWERS, MET, SelfCheckAnswer
from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.checks.evidence import EvidencePiece, EvidenceState, evidence_pieces
from mmethics_cli.core.conditions.values import NO, UNKNOWN, Truth, Value, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.interview.items import (
    AskedItem,
    ItemProgress,
    ItemReplies,
    ItemScreen,
    ItemStanding,
    Reply,
    bearing_words,
)
from mmethics_cli.core.interview.steps import Move, QuestionRow
from mmethics_cli.core.standard.model import Question, ReviewItem
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.columns import COLUMNS, wrap
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.wording.values import brief_text, severity_label

_MARK: Final = {
    EvidenceState.FOUND: "✓ ",
    EvidenceState.MISSING: "✗ ",
    EvidenceState.NOT_WANTED: "– ",
}
_SAID: Final = {
    EvidenceState.FOUND: "",
    EvidenceState.MISSING: "（缺）",
    EvidenceState.NOT_WANTED: "（本研究不需要）",
}
_NOTE, _EVIDENCE, _PAGE = ".note", ".evidence", ".page"
_WORDS: Final = 160  # characters of one answer that are shown beside an item
_HEADS: Final = {
    ItemStanding.PROVED: "要的内容卷宗里有：逐条看下面的原话再选。看过的可按 Ctrl-A 一并答符合",
    ItemStanding.APART: "这些要点还缺内容、前后矛盾，或者写着不适用：请逐条判断",
}


class ItemWords(Struct, frozen=True):
    """How a dossier's evidence is named and what it says: answers, attachments, documents."""

    facts: Facts

    def piece(self, piece: EvidencePiece, item: ReviewItem) -> str:
        """The evidence that an item names, whether it is there, and its own words."""
        words = self.words(piece, item)
        said = f"{_MARK[piece.state]}{self.piece_name(piece)}{_SAID[piece.state]}"
        return f"{said}：{words}" if words else said

    def piece_name(self, piece: EvidencePiece) -> str:
        """The evidence by the label of its question or the title of its document."""
        evidence, standard = piece.evidence, self.facts.standard
        if evidence.path is not None:
            return label_of(standard, evidence.path)
        return f"《{standard.documents[evidence.attachment or ''].title}》"

    def words(self, piece: EvidencePiece, item: ReviewItem) -> str:
        """What the dossier says there: of a text the sentences that bear on the item."""
        if piece.state is not EvidenceState.FOUND:
            return ""
        question = self.facts.standard.questions.get(piece.evidence.path or "")
        if question is None:
            entry = next(
                (attached for attached in attachments_of(self.facts) if attached.id == piece.cited),
                None,
            )
            return "" if entry is None else name_of(entry)
        value = self.facts.get(question.path)
        if isinstance(value, str) and question.type == "text":
            return bearing_words(value, item, _WORDS)
        if isinstance(value, tuple):
            return bearing_words("、".join(map(name_of, value)), item, _WORDS)
        return brief_text(question, value)

    def citable(self, cited: str) -> str:
        """The name of what can be cited, after what kind of thing it is."""
        if cited in self.facts.standard.questions:
            return f"回答：{self.name(cited)}"
        attached = any(entry.id == cited for entry in attachments_of(self.facts))
        rendered = not attached and cited in self.facts.standard.documents
        return f"{'生成的文件' if rendered else '附件'}：{self.name(cited)}"

    def name(self, cited: str) -> str:
        """An answer by its label, an attachment or a document by its title; else as it stands."""
        standard = self.facts.standard
        if cited in standard.questions:
            return label_of(standard, cited)
        titles = [name_of(entry) for entry in attachments_of(self.facts) if entry.id == cited]
        if cited in standard.documents:
            titles.append(standard.documents[cited].title)
        return titles[0] if titles else cited


def folded(progress: ItemProgress) -> str:
    """How many items of a principle are not asked."""
    no = sum(truth is NO for _, truth in progress.elsewhere)
    rest = len(progress.elsewhere) - no
    words = [f"{no} 条不适用"] if no else []
    return "、".join(words + ([f"{rest} 条待定"] if rest else []))


class ItemTerminal(Struct):
    """Asks the screens of a walk; an instance remembers which principle it is in.

    `out` prints, `refused` names a character that no file may hold, `why` says why an item does
    not apply (or what is still to answer), `columns` is the width.
    """

    prompts: Prompts
    facts: Facts
    out: Callable[[str], None]
    refused: Callable[[str], str | None]
    why: Callable[[ReviewItem, Truth], str]
    columns: int = COLUMNS
    _principle: str = ""
    _drafts: dict[str, Draft] = field(default_factory=dict)

    def __call__(self, screen: ItemScreen) -> Reply:
        """Put one screen to the person until it has a reply."""
        self._announce(screen.progress)
        filled = Form(
            self.prompts,
            [_HEADS[screen.standing]],
            lambda answers: tuple(self._rows(screen, answers)),
            lambda row: self._help(screen),
            PromptReader(self.refused),
            edit_text,
            self._drafts,
            together=MET if screen.standing is ItemStanding.PROVED else "",
        ).run()
        if filled.key is Key.BACK:
            self._drafts |= filled.drafts
            return Move.BACK
        answers = tuple(self._answers(screen, filled.values))
        met = [answer.item for answer in answers if answer.answer == MET]
        if met:
            self._print(f"✓ 符合：{'、'.join(met)}")
        for answer in answers:
            if answer.answer not in (None, MET):
                said = f"：{answer.note}" if answer.note else "，还没有写说明"
                self._print(f"✓ {answer.item} {ANSWERS[answer.answer or '']}{said}")
        return ItemReplies(answers, leave=filled.key is Key.LEAVE)

    # What is printed between the screens.

    def _announce(self, progress: ItemProgress) -> None:
        if progress.principle == self._principle:
            return
        self._principle = progress.principle
        title = self.facts.standard.principles[progress.principle]
        self.out("")
        self._print(
            f"自查 第 {progress.number}/{progress.total} 项原则 {title}，"
            f"全部还有 {progress.left} 条待查"
        )
        if progress.elsewhere:
            self._print(f"  {folded(progress)}，已折叠（按 F1 或 ? 可看理由）")

    def _print(self, text: str) -> None:
        for line in wrap(text, self.columns - 1):
            self.out(line)

    def _help(self, screen: ItemScreen) -> list[str]:
        """The items of the principle that are not asked, with the reason for each."""
        lines = []
        for item, truth in screen.progress.elsewhere:
            head = "不适用" if truth is NO else "待定"
            reason = self.why(item, truth)
            lines.append(f"〔{head}〕{item.id} {item.text}{f'（{reason}）' if reason else ''}")
        texts = lines or ["没有折叠的要点。"]
        return [line for text in texts for line in wrap(text, self.columns - 4)]

    # The rows: an item each, and what its answer asks for below it.

    def _rows(self, screen: ItemScreen, answers: Mapping[str, Value]) -> Iterator[QuestionRow]:
        for asked in screen.items:
            id_, given = asked.item.id, asked.given
            yield _row(self._question(asked), given.answer)
            answer = answers.get(id_, given.answer)
            if answer == MET and asked.proof is None and asked.options:
                yield _row(self._evidence(asked), given.evidence)
                cited = answers.get(id_ + _EVIDENCE, given.evidence)
                if cited and cited is not UNKNOWN and cited not in self.facts.standard.questions:
                    yield _row(Question(id_ + _PAGE, "text", "　第几页（可不写）"), given.page)
            elif answer not in (None, MET, UNKNOWN):
                yield _row(_note(id_, str(answer)), given.note)

    def _question(self, asked: AskedItem) -> Question:
        item = asked.item
        lines = [item.text + f"［{severity_label(self.facts, item)}］"]
        words = ItemWords(self.facts)
        lines += [words.piece(piece, item) for piece in evidence_pieces(item, self.facts)]
        lines += [f"！{text}" for text in asked.doubts]
        if not item.evidence:
            lines.append("这一条没有指定证据，由您指出写在哪里。")
        lines.append(f"依据：{cite_for(self.facts, item.basis, marks=True)}")
        label = f"{item.id} {item.theme}"
        return Question(item.id, "choice", label, prompt="\n".join(lines), values=dict(ANSWERS))

    def _evidence(self, asked: AskedItem) -> Question:
        words = ItemWords(self.facts)
        values = {cited: words.citable(cited) for cited in asked.options}
        path = asked.item.id + _EVIDENCE
        return Question(path, "choice", "　写在哪里", prompt="证据在哪里？", values=values)

    def _answers(
        self, screen: ItemScreen, values: Mapping[str, Value]
    ) -> Iterator[SelfCheckAnswer]:
        """The items whose answer, note or evidence changed."""
        for asked in screen.items:
            id_, given = asked.item.id, asked.given
            answer = _said(values.get(id_, given.answer))
            evidence = _said(values.get(id_ + _EVIDENCE, given.evidence))
            if answer == MET and not evidence:
                evidence = asked.proof
            note = _said(values.get(id_ + _NOTE, given.note))
            page = _said(values.get(id_ + _PAGE, given.page if evidence == given.evidence else ""))
            now = SelfCheckAnswer(id_, answer, note or "", evidence or "", page or "")
            if now != given:
                yield now


def _note(id_: str, answer: str) -> Question:
    why = "为什么不适用？" if answer == "not_applicable" else "为什么不符合？打算怎样处理？"
    return Question(id_ + _NOTE, "text", "　说明", prompt=f"{why}委员会要看。")


def _row(question: Question, given: str | None) -> QuestionRow:
    return QuestionRow(AnswerPlace(question), given or UNKNOWN)


def _said(value: Value | None) -> str | None:
    return value if isinstance(value, str) and value else None
