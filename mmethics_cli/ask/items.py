"""A person at a terminal walks through the review items: each screen of the walk as a prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mmethics_cli.ask.prompts import Key, Option, ShortPrompts
from mmethics_cli.core.answers.self_check import ANSWERS, MET, NOT_APPLICABLE, NOT_MET
from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.checks.evidence import (
    EvidencePiece,
    EvidenceState,
    answered_paths,
    evidence_pieces,
)
from mmethics_cli.core.conditions.values import Truth, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    ItemPart,
    ItemProgress,
    ItemReply,
    Reply,
    Screen,
    Single,
    Ticked,
)
from mmethics_cli.core.interview.steps import Move
from mmethics_cli.core.standard.model import ReviewItem
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.wording.citation import Cite
from mmethics_cli.wording.columns import COLUMNS, wrap
from mmethics_cli.wording.values import SEVERITY

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
_EXCERPT: Final = 24


@dataclass(frozen=True, slots=True)
class ItemWords:
    """Names things of one dossier."""

    facts: Facts

    def piece(self, piece: EvidencePiece) -> str:
        """The evidence that an item names, and whether it is there."""
        return f"{_MARK[piece.state]}{self.piece_name(piece)}{_SAID[piece.state]}"

    def piece_name(self, piece: EvidencePiece) -> str:
        evidence, standard = piece.evidence, self.facts.standard
        if evidence.path is not None:
            return label_of(standard, evidence.path)
        return f"《{standard.documents[evidence.attachment or ''].title}》"

    def excerpt(self, piece: EvidencePiece) -> str:
        """The beginning of a text that was answered, so that one sees what stands there."""
        question = self.facts.standard.questions.get(piece.evidence.path or "")
        if question is None or question.type != "text" or piece.state is not EvidenceState.FOUND:
            return ""
        text = " ".join(str(self.facts.get(question.path)).split())
        return f"：{text if len(text) <= _EXCERPT else text[:_EXCERPT] + '…'}"

    def citable(self, cited: str) -> str:
        """The same with what kind of thing it is."""
        if cited in self.facts.standard.questions:
            return f"回答：{self.name(cited)}"
        held = any(one.id == cited for one in attachments_of(self.facts))
        made = not held and cited in self.facts.standard.documents
        return f"{'生成的文件' if made else '附件'}：{self.name(cited)}"

    def name(self, cited: str) -> str:
        """An answer by its label, an attachment or a paper by its title; else as it stands."""
        standard = self.facts.standard
        if cited in standard.questions:
            return label_of(standard, cited)
        titles = [name_of(one) for one in attachments_of(self.facts) if one.id == cited]
        if cited in standard.documents:
            titles.append(standard.documents[cited].title)
        return titles[0] if titles else cited


def folded(progress: ItemProgress) -> str:
    """How many items of a principle are not asked."""
    no = sum(truth is Truth.NO for _, truth in progress.elsewhere)
    rest = len(progress.elsewhere) - no
    words = [f"{no} 条不适用"] if no else []
    return "、".join(words + ([f"{rest} 条待定"] if rest else []))


def wanting(answer: str, note: str) -> str:
    """What an earlier answer still lacks; empty where it lacks nothing."""
    if answer == MET:
        return "请再核对证据"
    return "" if note else "还没有写说明"


_LATER, _UNFOLD, _OTHER = "\0later", "\0unfold", "\0other"
_TOGETHER: Final = (
    "下面几条，所要的证据卷宗里都有，建议答“符合”。程序只看有没有，不看内容：请逐条核对后"
    "回车确认；不同意的按空格去掉勾，随后单独问。"
)
_NOTE: Final = {
    NOT_MET: "为什么不符合？打算怎样处理？",
    NOT_APPLICABLE: "为什么不适用？",
}


@dataclass
class ItemTerminal:
    """Asks the screens of a walk; an instance remembers which principle it is in.

    `out` prints, `cite` words a basis, `refused` names a character that no file may hold, `why`
    says why an item does not apply (or what is still to answer), `columns` is the width.
    """

    prompts: ShortPrompts
    facts: Facts
    out: Callable[[str], None]
    cite: Cite
    refused: Callable[[str], str | None]
    why: Callable[[ReviewItem, Truth], str]
    columns: int = COLUMNS
    _principle: str = ""

    @property
    def words(self) -> ItemWords:
        return ItemWords(self.facts)

    def __call__(self, screen: Screen) -> Reply:
        """Put one screen to the person until it has a reply."""
        self._announce(screen.progress)
        while True:
            match reply := self._put(screen):
                case Key.HELP:
                    self._help(screen)
                case Key.BACK:
                    return Move.BACK
                case ItemReply(text) if text == _UNFOLD:
                    self._unfold(screen.progress)
                case Ticked() | ItemReply() | Move():
                    self._confirm(screen, reply)
                    return reply

    def _put(self, screen: Screen) -> Reply | Key:
        if isinstance(screen, Single):
            return self._single(screen)
        return self._together(screen.items, screen.ticked)

    # What is printed between the prompts.

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
            self._print(f"  {folded(progress)}，已折叠（选“展开”或按 ? 可看理由）")

    def _print(self, text: str, indent: str = "") -> None:
        for line in wrap(text, self.columns - 1 - len(indent)):
            self.out(indent + line)

    def _help(self, screen: Screen) -> None:
        for item in (screen.item,) if isinstance(screen, Single) else screen.items:
            self._print(f"{item.id} {item.theme}：{item.text}", "  ")
            self._print(f"依据：{self.cite(item.basis)}", "    ")
            for piece in evidence_pieces(item, self.facts):
                self._print(f"{self.words.piece(piece)}{self.words.excerpt(piece)}", "    ")
        if not isinstance(screen, Single):
            self._unfold(screen.progress)

    def _unfold(self, progress: ItemProgress) -> None:
        for item, truth in progress.elsewhere:
            head = "不适用" if truth is Truth.NO else "待定"
            self._print(f"〔{head}〕{item.id} {item.text}", "  ")
            if reason := self.why(item, truth):
                self._print(reason, "    ")

    def _confirm(self, screen: Screen, reply: Reply) -> None:
        if isinstance(reply, Ticked) and not isinstance(screen, Single):
            met = [one.id for one in screen.items if one.id in reply.ids]
            if met:
                self._print(f"✓ 符合：{'、'.join(met)}")
        elif isinstance(reply, ItemReply) and isinstance(screen, Single):
            shown = self._said(screen, reply.text)
            if shown:
                self._print(f"✓ {screen.item.id} {shown}")

    def _said(self, screen: Single, text: str) -> str:
        match screen.part:
            case ItemPart.ANSWER:
                return ANSWERS[text]
            case ItemPart.EVIDENCE:
                return f"证据：{self.words.name(text)}"
            case ItemPart.PAGE:
                return f"第 {text} 页" if text else ""
        return f"说明：{text}"

    # What is asked.

    def _together(
        self, items: tuple[ReviewItem, ...], ticked: frozenset[str]
    ) -> Ticked | Move | Key:
        options = [(one.id, self._option(one)) for one in items]
        keys = self.prompts.several(self._lines(_TOGETHER), options, ticked)
        return keys if isinstance(keys, Key) else Ticked(frozenset(keys))

    def _option(self, item: ReviewItem) -> str:
        found = [
            one for one in evidence_pieces(item, self.facts) if one.state is EvidenceState.FOUND
        ]
        evidence = "、".join(self.words.piece_name(one) for one in found)
        return self._folding(f"{item.id} {item.text}\n证据：{evidence}")

    def _single(self, screen: Single) -> ItemReply | Move | Key:
        match screen.part:
            case ItemPart.ANSWER:
                return self._answer(screen)
            case ItemPart.NOTE:
                return self._note(screen)
            case ItemPart.EVIDENCE:
                return self._evidence(screen)
        return self._page(screen)

    def _answer(self, screen: Single) -> ItemReply | Move | Key:
        item, given = screen.item, screen.given
        parts = [f"{item.id} {item.text}［{SEVERITY[item.severity]}］"]
        parts.append(f"依据：{self.cite(item.basis)}")
        if item.evidence:
            parts += [f"证据 {self.words.piece(one)}" for one in evidence_pieces(item, self.facts)]
        else:
            parts.append("这一条没有指定证据，由您指出写在哪里。")
        if given.answer is not None and (lacks := wanting(given.answer, given.note)):
            parts.append(f"上次答了“{ANSWERS[given.answer]}”，{lacks}。")
        proposed = screen.proposal is not None
        options: list[Option] = [
            (key, f"{label}（证据都有，建议）" if proposed and key == MET else label)
            for key, label in ANSWERS.items()
        ]
        options.append((_LATER, "以后再答" if given.answer is None else "不改"))
        if screen.progress.elsewhere:
            options.append((_UNFOLD, f"展开：{folded(screen.progress)}"))
        default = given.answer or (MET if proposed else _LATER)
        key = self.prompts.one("\n  ".join(map(self._lines, parts)), options, default)
        return self._picked(key)

    def _note(self, screen: Single) -> ItemReply | Key:
        answer = screen.given.answer or ""
        head = f"{screen.item.id} 答了“{ANSWERS.get(answer, '')}”。{_NOTE.get(answer, '说明？')}"

        def complaint(text: str) -> str | None:
            return self._complaint(text) or (None if text else "请写一句，委员会要看。")

        text = self.prompts.line(self._lines(head), screen.given.note, complaint)
        return text if isinstance(text, Key) else ItemReply(text)

    def _evidence(self, screen: Single) -> ItemReply | Move | Key:
        options = [self._citable(one) for one in screen.options]
        cited = screen.given.evidence
        if cited and cited not in screen.options and self.words.name(cited) != cited:
            options.insert(0, self._citable(cited))
        options += [(_OTHER, "卷宗里的其他回答…"), (_LATER, "不指明")]
        keys = {key for key, _ in options}
        wanted = (cited, screen.proposal or "", *screen.options, _LATER)
        default = next(one for one in wanted if one in keys)
        head = f"{screen.item.id} 证据在哪里？"
        while True:
            key = self.prompts.one(self._lines(head), options, default)
            if key != _OTHER:
                return self._picked(key)
            other = self._other()
            if other is not Key.BACK:
                return ItemReply(other) if isinstance(other, str) else other

    def _other(self) -> str | Key:
        """Any answered question of the dossier: its section first, then the question."""
        sections = self.facts.standard.sections
        held = {one: list(answered_paths(self.facts, one)) for one in sections}
        options = [(one, sections[one]) for one, paths in held.items() if paths]
        if not options:
            self._print("卷宗里还没有回答。")
            return Key.BACK
        while True:
            section = self.prompts.one("在哪一节？", options, None)
            if isinstance(section, Key):
                return section
            labels = [self._citable(path) for path in held[section]]
            path = self.prompts.one("哪一题？", labels, None)
            if path is not Key.BACK:
                return path

    def _citable(self, cited: str) -> Option:
        return cited, self._folding(self.words.citable(cited))

    def _folding(self, text: str) -> str:
        """An option's lines; the signs before it take up to five columns."""
        return "\n     ".join(wrap(text, self.columns - 8))

    def _page(self, screen: Single) -> ItemReply | Move | Key:
        head = f"{screen.item.id} 在“{self.words.name(screen.given.evidence)}”的第几页？（可不写）"
        text = self.prompts.line(self._lines(head), screen.given.page, self._complaint)
        if isinstance(text, Key):
            return text
        return Move.LATER if text == screen.given.page else ItemReply(text)

    def _picked(self, key: str | Key) -> ItemReply | Move | Key:
        if isinstance(key, Key):
            return key
        return Move.LATER if key == _LATER else ItemReply(key)

    def _complaint(self, text: str) -> str | None:
        bad = self.refused(text)
        return None if bad is None else f"含有不能使用的{bad}，请删去。"

    def _lines(self, text: str) -> str:
        # A prompt cuts what does not fit; the sign before it takes two columns.
        return "\n  ".join(wrap(text, self.columns - 3))
