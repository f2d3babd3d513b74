"""A person at a terminal walks through the review items: each screen of the walk as a prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from mmethics_cli.ask.prompts import (
    LATER,
    Key,
    Option,
    Pressed,
    Prompts,
    later_option,
    message_lines,
)
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
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.columns import COLUMNS, wrap
from mmethics_cli.wording.values import severity_label

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


class ItemWords(Struct, frozen=True):
    """How a dossier's evidence is named: its answers, attachments and documents."""

    facts: Facts

    def piece(self, piece: EvidencePiece) -> str:
        """The evidence that an item names, and whether it is there."""
        return f"{_MARK[piece.state]}{self.piece_name(piece)}{_SAID[piece.state]}"

    def piece_name(self, piece: EvidencePiece) -> str:
        """The evidence by the label of its question or the title of its document."""
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
    no = sum(truth is Truth.NO for _, truth in progress.elsewhere)
    rest = len(progress.elsewhere) - no
    words = [f"{no} 条不适用"] if no else []
    return "、".join(words + ([f"{rest} 条待定"] if rest else []))


def wanting(answer: str, note: str) -> str:
    """What an earlier answer still lacks; empty where it lacks nothing."""
    if answer == MET:
        return "请再核对证据"
    return "" if note else "还没有写说明"


# Keys of options that are no answers.
_UNFOLD, _OTHER = "\0unfold", "\0other"
_TOGETHER: Final = (
    "下面几条，所要的证据卷宗里都有，建议答“符合”。程序只看有没有，不看内容：请逐条核对后"
    "回车确认；不同意的按空格去掉勾，随后单独问。"
)
_NOTE: Final = {
    NOT_MET: "为什么不符合？打算怎样处理？",
    NOT_APPLICABLE: "为什么不适用？",
}


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

    @property
    def words(self) -> ItemWords:
        return ItemWords(self.facts)

    def __call__(self, screen: Screen) -> Reply:
        """Put one screen to the person until it has a reply."""
        self._announce(screen.progress)
        while True:
            match reply := self._put(screen):
                case Pressed(Key.HELP):
                    self._help(screen)
                case Pressed(Key.BACK):
                    return Move.BACK
                case ItemReply(text) if text == _UNFOLD:
                    self._unfold(screen.progress)
                case Ticked() | ItemReply() | Move():
                    self._confirm(screen, reply)
                    return reply

    def _put(self, screen: Screen) -> Reply | Pressed:
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
            self._print(f"依据：{cite_for(self.facts, item.basis, marks=True)}", "    ")
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
            met = [item.id for item in screen.items if item.id in reply.ids]
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
    ) -> Ticked | Move | Pressed:
        options = [(item.id, self._option(item)) for item in items]
        keys = self.prompts.choices(self._lines(_TOGETHER), options, ticked)
        return keys if isinstance(keys, Pressed) else Ticked(frozenset(keys))

    def _option(self, item: ReviewItem) -> str:
        present = [
            piece
            for piece in evidence_pieces(item, self.facts)
            if piece.state is EvidenceState.FOUND
        ]
        evidence = "、".join(self.words.piece_name(piece) for piece in present)
        return self._folding(f"{item.id} {item.text}\n证据：{evidence}")

    def _single(self, screen: Single) -> ItemReply | Move | Pressed:
        match screen.part:
            case ItemPart.ANSWER:
                return self._answer(screen)
            case ItemPart.NOTE:
                return self._note(screen)
            case ItemPart.EVIDENCE:
                return self._evidence(screen)
        return self._page(screen)

    def _answer(self, screen: Single) -> ItemReply | Move | Pressed:
        item, given = screen.item, screen.given
        parts = [f"{item.id} {item.text}［{severity_label(self.facts, item)}］"]
        parts.append(f"依据：{cite_for(self.facts, item.basis, marks=True)}")
        if item.evidence:
            parts += [
                f"证据 {self.words.piece(piece)}" for piece in evidence_pieces(item, self.facts)
            ]
        else:
            parts.append("这一条没有指定证据，由您指出写在哪里。")
        if given.answer is not None and (lacks := wanting(given.answer, given.note)):
            parts.append(f"上次答了“{ANSWERS[given.answer]}”，{lacks}。")
        proposed = screen.proposal is not None
        options: list[Option] = [
            (key, f"{label}（证据都有，建议）" if proposed and key == MET else label)
            for key, label in ANSWERS.items()
        ]
        options.append(later_option(answered=given.answer is not None))
        if screen.progress.elsewhere:
            options.append((_UNFOLD, f"展开：{folded(screen.progress)}"))
        default = given.answer or (MET if proposed else LATER)
        key = self.prompts.choice("\n  ".join(map(self._lines, parts)), options, default)
        return self._picked(key)

    def _note(self, screen: Single) -> ItemReply | Pressed:
        answer = screen.given.answer or ""
        head = f"{screen.item.id} 答了“{ANSWERS.get(answer, '')}”。{_NOTE.get(answer, '说明？')}"

        def complaint(text: str) -> str | None:
            return self._complaint(text) or (None if text else "请写一句，委员会要看。")

        text = self.prompts.line(self._lines(head), screen.given.note, complaint)
        return text if isinstance(text, Pressed) else ItemReply(text)

    def _evidence(self, screen: Single) -> ItemReply | Move | Pressed:
        options = [self._citable(option) for option in screen.options]
        cited = screen.given.evidence
        if cited and cited not in screen.options and self.words.name(cited) != cited:
            options.insert(0, self._citable(cited))
        options += [(_OTHER, "卷宗里的其他回答…"), (LATER, "不指明")]
        keys = {key for key, _ in options}
        wanted = (cited, screen.proposal or "", *screen.options, LATER)
        default = next(key for key in wanted if key in keys)
        head = f"{screen.item.id} 证据在哪里？"
        while True:
            key = self.prompts.choice(self._lines(head), options, default)
            if key != _OTHER:
                return self._picked(key)
            path = self._other()
            if isinstance(path, str):
                return ItemReply(path)
            if path.key is not Key.BACK:
                return path

    def _other(self) -> str | Pressed:
        """Any answered question of the dossier: its section first, then the question."""
        sections = self.facts.standard.sections
        answered = {section: list(answered_paths(self.facts, section)) for section in sections}
        options = [(section, sections[section]) for section, paths in answered.items() if paths]
        if not options:
            self._print("卷宗里还没有回答。")
            return Pressed(Key.BACK)
        while True:
            section = self.prompts.choice("在哪一节？", options, None)
            if isinstance(section, Pressed):
                return section
            labels = [self._citable(path) for path in answered[section]]
            path = self.prompts.choice("哪一题？", labels, None)
            if isinstance(path, str) or path.key is not Key.BACK:
                return path

    def _citable(self, cited: str) -> Option:
        return cited, self._folding(self.words.citable(cited))

    def _folding(self, text: str) -> str:
        """An option's lines; the signs before it take up to five columns."""
        return "\n     ".join(wrap(text, self.columns - 8))

    def _page(self, screen: Single) -> ItemReply | Move | Pressed:
        head = f"{screen.item.id} 在“{self.words.name(screen.given.evidence)}”的第几页？（可不写）"
        text = self.prompts.line(self._lines(head), screen.given.page, self._complaint)
        if isinstance(text, Pressed):
            return text
        return Move.LATER if text == screen.given.page else ItemReply(text)

    def _picked(self, key: str | Pressed) -> ItemReply | Move | Pressed:
        if isinstance(key, Pressed):
            return key
        return Move.LATER if key == LATER else ItemReply(key)

    def _complaint(self, text: str) -> str | None:
        character = self.refused(text)
        return None if character is None else f"含有不能使用的{character}，请删去。"

    def _lines(self, text: str) -> str:
        return message_lines(text, self.columns)
