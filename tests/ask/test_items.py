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
from mmethics_cli.core.checks.evidence import evidence_pieces
from mmethics_cli.core.conditions.values import Element, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.items import (
    AskedItem,
    ItemProgress,
    ItemReplies,
    ItemScreen,
    ItemStanding,
    Reply,
)
from mmethics_cli.core.interview.steps import Move
from mmethics_cli.core.standard.model import ReviewItem
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.editor import Editor
from tests.core.small_pack import small_standard
from tests.program import ROOT, TERMINAL, mmethics
from tests.typist import CTRL_A, CTRL_C, CTRL_D, CTRL_S, ENTER, ESC, TAB, press

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


def asked(item: ReviewItem, proof: str | None, *doubts: str, **given: str) -> AskedItem:
    answer = SelfCheckAnswer(item.id, **given)
    return AskedItem(item, answer, proof, ("study.title", "p"), doubts)


PROVED = ItemScreen((asked(ONE, "study.title"), asked(TWO, "p")), ItemStanding.PROVED, PROGRESS)
APART = ItemScreen((asked(ONE, None, "前后不一致"),), ItemStanding.APART, PROGRESS)


class Keyboard:
    """A terminal whose keys are typed beforehand; `printed` is what it was told."""

    def __init__(self, pipe: PipeInput) -> None:
        self.pipe = pipe
        self.printed: list[str] = []
        self.terminal = ItemTerminal(
            Prompts(True, pipe, DummyOutput(), paced=False),
            FACTS,
            self.printed.append,
            lambda text: "控制字符 U+0007" if "\x07" in text else None,
            lambda item, truth: f"{item.id} 的缘由",
        )

    def ask(self, screen: ItemScreen, keys: str) -> Reply:
        self.pipe.send_text(keys)
        return self.terminal(screen)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield Keyboard(pipe)


def met(id_: str, evidence: str, page: str = "") -> SelfCheckAnswer:
    return SelfCheckAnswer(id_, "met", evidence=evidence, page=page)


def test_nothing_is_ticked_beforehand(keyboard: Keyboard) -> None:
    assert keyboard.ask(PROVED, CTRL_D * 2) == ItemReplies(())
    assert keyboard.ask(PROVED, ENTER * 2 + CTRL_D * 2) == ItemReplies(())


def test_several_are_confirmed_together_once_their_words_were_shown(keyboard: Keyboard) -> None:
    one, two = met("B-1", "study.title"), met("B-2", "p")
    assert keyboard.ask(PROVED, f"{CTRL_A}{CTRL_D}{CTRL_D}") == ItemReplies((one,))
    assert keyboard.ask(PROVED, f"{TAB}{CTRL_A}{CTRL_D}") == ItemReplies((one, two))
    assert "✓ 符合：B-1、B-2" in keyboard.printed
    assert keyboard.ask(APART, f"{CTRL_A}{CTRL_D}{CTRL_D}") == ItemReplies(())


def test_what_is_not_met_says_why_below_it(keyboard: Keyboard) -> None:
    keys = f"2{TAB}还没有谈定{CTRL_D}"
    assert keyboard.ask(APART, keys) == ItemReplies(
        (SelfCheckAnswer("B-1", "not_met", "还没有谈定"),)
    )
    pasted = f"3{TAB}\x1b[200~甲\x07\x1b[201~{CTRL_D}\x7f{CTRL_D}"
    assert keyboard.ask(APART, pasted) == ItemReplies(
        (SelfCheckAnswer("B-1", "not_applicable", "甲"),)
    )


def test_what_nothing_proves_names_where_it_stands(keyboard: Keyboard) -> None:
    assert keyboard.ask(APART, f"1{TAB}1{CTRL_D}") == ItemReplies((met("B-1", "study.title"),))
    attached = keyboard.ask(APART, f"1{TAB}2{TAB}3-4{CTRL_D}")
    assert attached == ItemReplies((met("B-1", "p", "3-4"),))


def test_answers_that_stand_are_not_said_again_and_may_be_taken_back(keyboard: Keyboard) -> None:
    stands = ItemScreen(
        (asked(ONE, None, answer="not_met", note="没定"),), ItemStanding.APART, PROGRESS
    )
    assert keyboard.ask(stands, CTRL_D) == ItemReplies(())
    assert keyboard.ask(stands, f"4{CTRL_D}") == ItemReplies((SelfCheckAnswer("B-1", note="没定"),))


def test_going_back_and_away(keyboard: Keyboard) -> None:
    assert keyboard.ask(PROVED, f"1{ESC}") is Move.BACK
    answer = keyboard.ask(PROVED, CTRL_S)
    assert answer == ItemReplies((met("B-1", "study.title"),), leave=True), (
        "typed before going back"
    )


def test_beside_each_item_stand_the_words_of_the_dossier() -> None:
    words = ItemWords(FACTS)
    lines = [words.piece(piece, ONE) for piece in evidence_pieces(ONE, FACTS)]
    assert any(line.startswith("✓ 名称：某研究") for line in lines)
    assert [words.citable(one) for one in ("study.title", "p", "form", "gone")] == [
        "回答：名称", "附件：p", "生成的文件：申请表", "附件：gone",
    ]  # fmt: skip


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
    child.expect("要的内容卷宗里有")
    press(child, CTRL_A + CTRL_D * 2)
    child.expect("✓ 符合：RSK-[0-9]+")
    child.expect("还缺内容")
    press(child, "2" + TAB + "还没有定" + CTRL_S)
    child.expect("已回答的都已保存")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    answers = open_workspace(dossier, load().standard()).self_check
    assert [one for one in answers.answers.values() if one.note.endswith("还没有定")]
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
    # Ctrl-D twice puts off what is asked, whatever it is; in the survey the first line ends it.
    keys = {"自查 第": "", "疑问。选一项就去改": "1" + ENTER, "数字键或空格": ENTER,
            "数字键或 ↑↓ 选": "2" + ENTER, "Ctrl-D 确认": CTRL_D * 2}  # fmt: skip
    for _ in range(100):
        seen = list(keys)[child.expect(list(keys))]
        if not keys[seen]:
            break
        press(child, keys[seen])
    child.expect("条待查")
    child.send(CTRL_C)
    child.expect("继续自查：mmethics fill d --section 自查")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
