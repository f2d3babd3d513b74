"""The self-check at a terminal: keys in, answers on disk; nothing is confirmed silently."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.items import ItemTerminal, ItemWords
from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.core.answers.self_check import SelfCheckAnswer
from mmethics_cli.core.conditions.values import Element, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    ItemPart,
    ItemProgress,
    ItemReply,
    ItemsTogether,
    Reply,
    Screen,
    Single,
    Ticked,
)
from mmethics_cli.core.interview.steps import Move
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.wording.columns import width
from tests.ask.test_terminal import CTRL_C, CTRL_D, DOWN, ENTER, ESC, SPACE, UP
from tests.core.small_pack import small_standard
from tests.program import ROOT, TERMINAL, mmethics

if sys.platform != "win32":
    import pexpect

STANDARD = small_standard()
FACTS = Facts(
    STANDARD,
    {
        "study.title": "某研究" * 12,
        "study.contact": True,
        "attachments": (Element("p", {"kind": "plan", "file": "方案.docx"}),),
    },
    date(2027, 3, 1),
)
ONE, TWO = STANDARD.items["B-1"], STANDARD.items["B-2"]
PROGRESS = ItemProgress("benefit", 1, 2, 3, ((TWO, Truth.NO), (ONE, Truth.UNKNOWN)))


class Keyboard:
    """A terminal whose keys are typed beforehand; `printed` is what it was told."""

    def __init__(self, pipe: PipeInput) -> None:
        self.pipe = pipe
        self.printed: list[str] = []
        self.terminal = ItemTerminal(
            Prompts(True, pipe, DummyOutput()),
            FACTS,
            self.printed.append,
            lambda text: "控制字符 U+0007" if "\x07" in text else None,
            lambda item, truth: f"{item.id} 的缘由",
        )

    def ask(self, screen: Screen, keys: str) -> Reply:
        self.pipe.send_text(keys)
        return self.terminal(screen)

    def part(
        self,
        part: ItemPart,
        keys: str,
        given: SelfCheckAnswer | None = None,
        proposal: str | None = None,
    ) -> Reply:
        answer = given or SelfCheckAnswer("B-1")
        return self.ask(Single(ONE, part, answer, proposal, ("study.title", "p"), PROGRESS), keys)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield Keyboard(pipe)


TOGETHER = ItemsTogether((ONE, TWO), frozenset({"B-1", "B-2"}), PROGRESS)


@pytest.mark.parametrize(
    ("keys", "ids"),
    [(ENTER, {"B-1", "B-2"}), (DOWN + SPACE + ENTER, {"B-1"}), (SPACE + DOWN + SPACE + ENTER, ())],
)
def test_what_is_ticked_is_met(keyboard: Keyboard, keys: str, ids: set[str]) -> None:
    assert keyboard.ask(TOGETHER, keys) == Ticked(frozenset(ids))


@pytest.mark.parametrize(
    ("keys", "reply"),
    [
        (ENTER, Move.LATER),
        (UP * 3 + ENTER, ItemReply("met")),
        (UP * 2 + ENTER, ItemReply("not_met")),
        (UP + ENTER, ItemReply("not_applicable")),
        (ESC, Move.BACK),
    ],
)
def test_one_item_is_answered(keyboard: Keyboard, keys: str, reply: Reply) -> None:
    assert keyboard.part(ItemPart.ANSWER, keys) == reply


def test_enter_takes_what_is_proposed_or_was_answered(keyboard: Keyboard) -> None:
    assert keyboard.part(ItemPart.ANSWER, ENTER, proposal="study.title") == ItemReply("met")
    given = SelfCheckAnswer("B-1", "not_met")
    assert keyboard.part(ItemPart.ANSWER, ENTER, given, "study.title") == ItemReply("not_met")
    assert keyboard.part(ItemPart.EVIDENCE, ENTER, proposal="p") == ItemReply("p")
    cited = SelfCheckAnswer("B-1", "met", evidence="study.contact")
    assert keyboard.part(ItemPart.EVIDENCE, ENTER, cited) == ItemReply("study.contact")


def test_a_note_must_say_something(keyboard: Keyboard) -> None:
    given = SelfCheckAnswer("B-1", "not_met")
    assert keyboard.part(ItemPart.NOTE, f"{ENTER}还没有谈定{ENTER}", given) == ItemReply(
        "还没有谈定"
    )
    pasted = f"\x1b[200~甲\x07\x1b[201~{ENTER}\x7f{ENTER}"
    assert keyboard.part(ItemPart.NOTE, pasted, given) == ItemReply("甲")
    assert keyboard.part(ItemPart.NOTE, ESC, given) is Move.BACK


def test_any_answer_of_the_dossier_can_be_cited(keyboard: Keyboard) -> None:
    other = DOWN * 2 + ENTER
    assert keyboard.part(ItemPart.EVIDENCE, f"{other}{ENTER}{DOWN}{ENTER}") == ItemReply(
        "study.contact"
    )
    back = f"{other}{ENTER}{ESC}{ESC}{DOWN}{ENTER}"
    assert keyboard.part(ItemPart.EVIDENCE, back) == ItemReply("p")
    assert keyboard.part(ItemPart.EVIDENCE, UP + ENTER) is Move.LATER


def test_a_page_may_be_left_out(keyboard: Keyboard) -> None:
    given = SelfCheckAnswer("B-1", "met", evidence="p", page="3")
    assert keyboard.part(ItemPart.PAGE, ENTER, given) is Move.LATER
    assert keyboard.part(ItemPart.PAGE, f"-4{ENTER}", given) == ItemReply("3-4")
    assert keyboard.part(ItemPart.PAGE, f"\x7f{ENTER}", given) == ItemReply("")


def test_help_tells_basis_and_evidence_and_folded_items_unfold(keyboard: Keyboard) -> None:
    assert keyboard.part(ItemPart.ANSWER, f"?{ENTER}") is Move.LATER
    told = "\n".join(keyboard.printed)
    assert "《某法》第1条" in told and "✓ 名称：某研究" in told
    assert "的缘由" not in told
    keyboard.printed.clear()
    assert keyboard.part(ItemPart.ANSWER, f"{DOWN}{ENTER}{ENTER}") is Move.LATER
    assert "〔不适用〕B-2" in keyboard.printed[0] and "B-2 的缘由" in keyboard.printed[1]
    assert "〔待定〕B-1" in keyboard.printed[2]
    keyboard.printed.clear()
    keyboard.ask(TOGETHER, f"?{ENTER}")
    assert "B-2 的缘由" in "\n".join(keyboard.printed)


def test_what_may_be_cited_says_what_it_is() -> None:
    words = ItemWords(FACTS)
    assert [words.citable(one) for one in ("study.title", "p", "form", "gone")] == [
        "回答：名称", "附件：p", "生成的文件：申请表", "附件：gone",
    ]  # fmt: skip


def test_lines_fit_a_narrow_terminal(keyboard: Keyboard) -> None:
    keyboard.terminal.columns = 40
    keyboard.ask(TOGETHER, f"?{ENTER}")
    assert [line for line in keyboard.printed if width(line) > 40] == []
    assert any("1 条不适用、1 条待定" in line.replace("\n", "") for line in keyboard.printed)


def test_interrupt_is_raised(keyboard: Keyboard) -> None:
    with pytest.raises(KeyboardInterrupt):
        keyboard.part(ItemPart.ANSWER, CTRL_C)


EXAMPLE = "retrospective-imaging-ai-incomplete"


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    done = mmethics("--today", "2027-03-01", "new", "d", "--example", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "d"


@pytest.mark.parametrize("name", ["自查", "self_check"])
def test_without_a_terminal_nothing_is_asked(dossier: Path, name: str) -> None:
    before = (dossier / "self-check.yaml").read_bytes()
    done = mmethics("fill", "d", "--section", name, cwd=dossier.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "self-check.yaml" in done.stderr
    assert (dossier / "self-check.yaml").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_the_walk_at_a_terminal(dossier: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", "--today", "2027-03-01", "fill", "d", "--section", "自查"],
        cwd=str(dossier.parent),
        env=TERMINAL | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": ""},
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 80),
    )
    child.expect("控制风险")
    child.expect("[0-9]+ 条不适用，已折叠")
    child.expect("RSK-08")
    child.send(DOWN + SPACE + ENTER)
    child.expect("✓ 符合：RSK-08")
    child.expect("建议）")
    child.send(DOWN + ENTER)
    child.expect("为什么不符合")
    child.send("还没有定" + ENTER)
    child.expect("NEC-01")
    child.expect("展开：")
    child.send(DOWN * 3 + ENTER)
    child.expect("NEC-13")
    child.expect("还没有写说明")
    child.send(CTRL_C)
    child.expect("已回答的都已保存")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    answers = open_workspace(dossier, load().standard()).self_check
    assert answers.of("RSK-08") == SelfCheckAnswer(
        "RSK-08", "met", evidence="data.reidentification_risk"
    )
    assert answers.of("RSK-13") == SelfCheckAnswer("RSK-13", "not_met", "还没有定")
    assert answers.of("NEC-01").evidence == "crf", "left as it was"
    assert answers.of("NEC-13").note == ""
    kept = (dossier / "self-check.yaml").read_text(encoding="utf-8")
    assert "# ==== 控制风险 ====" in kept, "comments stay"


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_the_walk_follows_the_questions(dossier: Path) -> None:
    # Each attachment has a question that may be skipped: this one has none.
    editor = Editor(dossier / "dossier.yaml")
    editor.set(("attachments",), [])
    editor.save()
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", "--today", "2027-03-01", "fill", "d"],
        cwd=str(dossier.parent),
        env=TERMINAL | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": ""},
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 80),
    )
    # Enter or Ctrl-D puts off what is asked, whatever it is; in the survey of all answers the
    # line above the first doubtful one ends the questions.
    keys = {
        "自查 第": "",
        "疑问。选一项就去改": UP + ENTER,
        "写完，": CTRL_D,
        "Ctrl-D 确认": CTRL_D,
        "（回车确认": ENTER,
        "（↑↓ 移动": ENTER,
    }
    for _ in range(100):
        seen = list(keys)[child.expect(list(keys))]
        if not keys[seen]:
            break
        if keys[seen].startswith(UP):
            child.expect("»")
        child.send(keys[seen])
    child.expect("条待查")
    child.send(CTRL_C)
    child.expect("继续自查：mmethics fill d --section 自查")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
