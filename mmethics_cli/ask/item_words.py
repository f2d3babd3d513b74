"""How review items, their evidence and what may be cited are called on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.item_evidence import Piece, State
from mmethics_cli.core.item_screens import Progress
from mmethics_cli.core.names import label_of
from mmethics_cli.core.papers import attachments_of
from mmethics_cli.core.self_check import MET
from mmethics_cli.core.values import Truth, name_of

SEVERITY: Final = {"mandatory": "必须", "recommended": "建议"}
_MARK: Final = {State.FOUND: "✓ ", State.MISSING: "✗ ", State.NOT_WANTED: "– "}
_SAID: Final = {State.FOUND: "", State.MISSING: "（缺）", State.NOT_WANTED: "（本研究不需要）"}
_EXCERPT: Final = 24


@dataclass(frozen=True, slots=True)
class ItemWords:
    """Names things of one dossier."""

    facts: Facts

    def piece(self, piece: Piece) -> str:
        """The evidence that an item names, and whether it is there."""
        return f"{_MARK[piece.state]}{self.piece_name(piece)}{_SAID[piece.state]}"

    def piece_name(self, piece: Piece) -> str:
        evidence, standard = piece.evidence, self.facts.standard
        if evidence.path is not None:
            return label_of(standard, evidence.path)
        return f"《{standard.documents[evidence.attachment or ''].title}》"

    def excerpt(self, piece: Piece) -> str:
        """The beginning of a text that was answered, so that one sees what stands there."""
        question = self.facts.standard.questions.get(piece.evidence.path or "")
        if question is None or question.type != "text" or piece.state is not State.FOUND:
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


def folded(progress: Progress) -> str:
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
