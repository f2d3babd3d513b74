"""The committee's decision: recorded on what was sealed, and what follows from it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.record_form import prompted
from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.store.dossier.create import add_submission
from mmethics_cli.store.dossier.workspace import open_workspace
from mmethics_cli.store.pack import load
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import seal as seal_current
from mmethics_cli.wording.columns import width
from mmethics_cli.workflow.lifecycle.recording import DecisionLimits, DecisionOptions
from mmethics_cli.workflow.opening import open_dossier
from tests.program import TERMINAL, mmethics
from tests.typist import press

EXAMPLE = "prospective-ecg"
FIRST = Path("submissions/01-initial")
DECISION = FIRST / "decision.yaml"
LOG = "log.jsonl"
APPROVAL = (
    "--decision", "批准", "--date", "2027-03-20", "--number", "2027-伦审-018",
    "--valid-until", "2028-03-19",
)  # fmt: skip


@pytest.fixture
def folder(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_example(EXAMPLE), tmp_path / "d"))


def record(folder: Path, *options: str | Path, today: str = "2027-03-21") -> Any:
    return mmethics("--today", today, "record", folder, *options, cwd=folder.parent)


def status(folder: Path, *options: str | Path, today: str = "2027-03-21") -> str:
    done = mmethics("--today", today, "status", folder.name, *options, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    assert all(width(line) <= 80 for line in done.stdout.splitlines()), done.stdout
    return done.stdout


def add_sealed(
    folder: Path, kind: str, day: str, documents: tuple[tuple[str, str, bytes], ...] = ()
) -> Path:
    """Another sealed submission, with documents of (id, version, bytes)."""
    standard = load().standard()
    add_submission(folder, standard, kind, {})
    files, rows = [], []
    for number, (id_, version, data) in enumerate(documents, 1):
        title = standard.documents[id_].title
        rows.append(
            {"number": f"{number:02d}", "id": id_, "title": title, "version": version, "date": day}
        )
        files.append(RenderedFile(f"{number:02d}-{title}-V{version}-{day}.docx", data))
        files.append(RenderedFile(f"{number:02d}-{title}-V{version}-{day}-修订.docx", data))
    workspace = open_workspace(folder, standard)
    return seal_current(workspace, files, {"documents": rows}, date.fromisoformat(day)).folder


# What is recorded.


def test_an_approval_is_recorded_and_renders_nothing(folder: Path) -> None:
    before = set(folder.rglob("*")) - {folder / LOG}
    done = record(folder, *APPROVAL, "--interval-months", "6")
    assert done.returncode == 0, done.stderr
    assert set(folder.rglob("*")) - before == {folder / DECISION, folder / LOG}
    digest = hashlib.sha256((folder / FIRST / "manifest.json").read_bytes()).hexdigest()
    assert digest in done.stdout
    # A digest that reads like a number stands in quotes.
    assert (folder / DECISION).read_text(encoding="utf-8").replace('"', "") == (
        "decision: approve\ndate: 2027-03-20\nnumber: 2027-伦审-018\n"
        f"valid_until: 2028-03-19\ninterval_months: 6\nmanifest_sha256: {digest}\n"
    )
    assert "2027-09-20  提交跟踪审查（进展）报告" in done.stdout
    assert mmethics("verify", folder / FIRST, cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("approve", "approve"),
        ("修改后批准", "modify_then_approve"),
        ("modify_then_rereview", "modify_then_rereview"),
        ("disapprove", "disapprove"),
        ("suspend", "suspended"),
        ("暂停", "suspended"),
        ("terminate", "terminated"),
        ("TERMINATED", "terminated"),
    ],
)
def test_decisions_are_read_in_both_languages(folder: Path, word: str, key: str) -> None:
    if key in ("suspended", "terminated"):  # a study that has not begun is neither
        assert record(folder, *APPROVAL).returncode == 0
        folder_of_it = add_sealed(folder, "amendment", "2027-03-20")
    else:
        folder_of_it = folder / FIRST
    comments = folder.parent / "意见.yaml"
    comments.write_text("- 一\n- '年龄: =1+1'\n", encoding="utf-8")
    done = record(folder, "--decision", word, "--date", "2027-03-20", "--comments", comments)
    assert done.returncode == 0, done.stderr
    text = (folder_of_it / "decision.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"decision: {key}\n") and "年龄: =1+1" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--decision", "通过", "--date", "2027-03-20"), "没有“通过”这种决定"),
        (("--decision", "批准", "--date", "2027-02-30"), "不是日期"),
        (("--decision", "批准", "--date", "2027-02-28"), "早于封存送审的日期 2027-03-01"),
        ((*APPROVAL[:4], "--valid-until", "2027-03-20"), "不在决定日期 2027-03-20 之后"),
        (("--decision", "不批准", *APPROVAL[2:]), "没有有效期"),
        (("--decision", "暂停", *APPROVAL[2:4]), "“暂停”不能用于“初始审查”"),
        (("--decision", "继续研究", *APPROVAL[2:4]), "“继续研究”不能用于“初始审查”"),
        ((*APPROVAL, "--interval-months", "13"), "超过规则允许的 12 个月"),
        ((*APPROVAL, "--interval-months", "0"), "至少 1 个月"),
        (("--decision", "修改后批准", "--date", "2027-03-20"), "要写明须修改的意见"),
        (("--decision", "修改后再审", "--date", "2027-03-20"), "要写明须修改的意见"),
        ((*APPROVAL, "--number", "a\x07b"), "控制字符 U+0007"),
        (("--decision", "批准"), "--date"),
        ((), "--decision 和 --date"),
        (("--fact", "risk.level=high"), "不由办公室登记"),
        (("--fact", "event.reviewers_disagree"), "路径=值"),
        (("--fact", "event.reviewers_disagree=也许"), "event.reviewers_disagree"),
        (("--fact", "event.reviewers_disagree=不清楚"), "没有写值"),
    ],
)  # fmt: skip
def test_what_can_not_be_right_is_refused(
    folder: Path, options: tuple[str, ...], words: str
) -> None:
    done = record(folder, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr.replace("\n", ""), done.stderr
    assert not (folder / DECISION).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("comments: [一]\n", "应是一个列表"),
        ("- 一\n- 二: 三\n-\n", "意见.yaml:2"),
        ("- 一\n- [\n", "意见.yaml"),
    ],
)
def test_comments_that_can_not_be_read_are_named(folder: Path, text: str, words: str) -> None:
    comments = folder.parent / "意见.yaml"
    comments.write_text(text, encoding="utf-8")
    done = record(
        folder, "--decision", "修改后批准", "--date", "2027-03-20", "--comments", comments
    )
    assert done.returncode == 2 and words in done.stderr.replace("\n", "")
    assert not (folder / DECISION).exists()


def test_what_is_not_sealed_can_not_be_decided_on(tmp_path: Path) -> None:
    assert mmethics("new", "d", "--example", EXAMPLE, cwd=tmp_path).returncode == 0
    done = record(tmp_path / "d", *APPROVAL)
    assert done.returncode == 2 and "01-initial 还没有封存" in done.stderr
    assert not (tmp_path / "d" / DECISION).exists()


def test_what_was_changed_since_it_was_sealed_can_not_be_decided_on(folder: Path) -> None:
    path = next((folder / FIRST / "documents").glob("02-*.docx"))
    path.chmod(0o644)
    path.write_bytes(b"other")
    done = record(folder, *APPROVAL)
    assert done.returncode == 2 and f"内容变了：documents/{path.name}"[:30] in done.stderr
    assert not (folder / DECISION).exists()


def test_a_second_record_replaces_only_when_it_is_told_to(folder: Path) -> None:
    assert record(folder, *APPROVAL, "--fact", "event.reviewer_asks_meeting=是").returncode == 0
    first = (folder / DECISION).read_bytes()
    again = ("--decision", "不批准", "--date", "2027-03-22")
    refused = record(folder, *again)
    assert refused.returncode == 2 and "--replace" in refused.stderr
    assert (folder / DECISION).read_bytes() == first
    done = record(folder, *again, "--replace")
    assert done.returncode == 0, done.stderr
    assert (folder / FIRST / "committee" / "replaced" / "decision-1.yaml").read_bytes() == first
    text = (folder / DECISION).read_text(encoding="utf-8")
    assert "disapprove" in text and "伦审" not in text and "reviewer_asks_meeting: yes" in text
    assert mmethics("verify", folder / FIRST, cwd=folder).returncode == 0
    assert "不批准（2027-03-22）" in status(folder)


def test_facts_of_the_office_are_recorded_alone(folder: Path) -> None:
    done = record(folder, "--fact", "event.reviewers_disagree=是")
    assert done.returncode == 0, done.stderr
    assert (folder / DECISION).read_text(encoding="utf-8") == "event:\n  reviewers_disagree: yes\n"
    assert "会议审查" in mmethics("pathway", folder, cwd=folder).stdout
    assert "与送审的内容不同" not in status(folder)
    assert record(folder, *APPROVAL).returncode == 0


def test_a_decision_written_by_hand_is_read_with_its_place(folder: Path) -> None:
    (folder / DECISION).write_text(
        "decision: 同意\ndate: 2027-13-20\ninterval_months: 半年\ncomments: 无\n", encoding="utf-8"
    )
    done = mmethics("status", folder, cwd=folder)
    assert done.returncode == 2
    for line in (1, 2, 3, 4):
        assert f"decision.yaml:{line}" in done.stderr


# The terminal.


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


def ask(folder: Path, keyboard: PipeInput, keys: str, given: DecisionOptions) -> Any:
    keyboard.send_text(keys)
    today = date(2027, 3, 21)
    facts: dict[str, Value] = {}
    prompts = Prompts(True, keyboard, DummyOutput(), paced=False)
    dossier = open_dossier(folder, today)
    limits = DecisionLimits(date(2027, 3, 1), 12)
    session = Session(today, terminal=True)
    made = prompted(session, dossier, given, limits, facts, prompts)
    return made, facts


def test_at_a_terminal_everything_is_asked(folder: Path, keyboard: PipeInput) -> None:
    enter, end = "\r", "\x04"
    keys = (
        f"2{enter}"  # 修改后批准
        f"2027-02-01{enter}" + "\x7f" * 10 + f"2027-03-20{enter}"
        f"伦审-1{enter}{enter}13{enter}" + "\x7f" * 2 + f"6{enter}"
        f"{end}第一条\n\n  第二条{end}"
        f"1{enter}3{enter}"
    )
    made, facts = ask(folder, keyboard, keys, DecisionOptions())
    assert made == CommitteeDecision(
        "modify_then_approve", date(2027, 3, 20), "伦审-1", None, 6, ("第一条", "第二条")
    )
    assert facts == {"event.reviewers_disagree": True}


def test_what_flags_gave_is_not_asked(folder: Path, keyboard: PipeInput) -> None:
    keys = "2027-03-20\r" + "\x04" + "2\r" * 2
    made, facts = ask(folder, keyboard, keys, DecisionOptions(decision="disapprove", number="7"))
    assert made == CommitteeDecision("disapprove", date(2027, 3, 20), "7")
    assert facts == {"event.reviewers_disagree": False, "event.reviewer_asks_meeting": False}


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_nothing_is_written_when_the_form_is_left(folder: Path) -> None:
    import pexpect

    arguments = ["-m", "mmethics_cli", "--today", "2027-03-21", "record", str(folder)]
    child = pexpect.spawn(
        sys.executable,
        arguments,
        env=os.environ | TERMINAL,
        encoding="utf-8",
        timeout=30,
        cwd=str(folder),
    )
    child.expect("决定是什么")
    press(child, "1\r")
    child.expect("决定日期")
    child.send("\x03")
    child.expect("什么也没有写入")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not (folder / DECISION).exists()


# The baseline.


def test_the_baseline_is_what_was_sealed_whatever_the_dossier_says(folder: Path) -> None:
    """Editing between `submit` and `record` changes nothing of what is approved."""
    dossier = folder / "dossier.yaml"
    sealed = (folder / FIRST / "snapshot.yaml").read_bytes()
    text = dossier.read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^  title: .*", "  title: 后来改的题目", text, count=1)
    assert changed != text
    dossier.write_text(changed, encoding="utf-8")
    done = record(folder, *APPROVAL)
    assert done.returncode == 0
    assert "卷宗与封存的送审有 1 项不同（项目名称）" in done.stderr
    assert (folder / FIRST / "snapshot.yaml").read_bytes() == sealed
    opened = open_dossier(folder, date(2027, 3, 21))
    assert opened.workspace.baseline is not None
    assert opened.workspace.baseline.name == "01-initial"
    assert opened.facts.baseline is not None
    assert opened.facts.get("project.title") == "后来改的题目"
    assert "腕式心电记录仪" in str(opened.facts.baseline.get("project.title"))
    assert "卷宗在封存之后改过" in status(folder)


def test_a_report_that_is_approved_is_no_baseline(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_sealed(folder, "deviation", "2027-05-01")
    done = record(folder, "--decision", "批准", "--date", "2027-05-10", today="2027-05-10")
    assert done.returncode == 0, done.stderr
    assert "--for approved" not in done.stderr
    baseline = open_workspace(folder, load().standard()).baseline
    assert baseline is not None and baseline.name == "01-initial"
    shown = status(folder, today="2027-05-10")
    assert "02-deviation 的决定：继续研究" in shown and "有效的批准：01-initial" in shown
    assert "2028-03-20  提交跟踪审查（进展）报告" in shown


# What is due.


def test_what_is_due_is_shown_and_marked_when_it_is_overdue(folder: Path) -> None:
    assert "到期日" not in status(folder)
    assert record(folder, *APPROVAL).returncode == 0
    assert "2028-02-18  批件到期前提交进展报告：还有 334 天" in status(folder)
    assert "批件到期前提交进展报告：今天到期" in status(folder, today="2028-02-18")
    late = status(folder, today="2028-03-21")
    assert "2028-02-18  批件到期前提交进展报告：已逾期 32 天" in late
    assert "伦理批件到期：已逾期 2 天" in late and "已过期 2 天" in status(
        folder, "--history", today="2028-03-21"
    )


def test_a_report_stops_the_clock_and_its_approval_starts_it_anew(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_sealed(folder, "progress", "2028-02-10")
    shown = status(folder, today="2028-02-11")
    assert "提交跟踪审查（进展）报告：已于 2028-02-10 提交" in shown
    done = record(
        folder, "--decision", "批准", "--date", "2028-02-20", "--valid-until", "2029-02-19",
        today="2028-02-20",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = status(folder, today="2028-02-20")
    assert "2029-02-20  提交跟踪审查（进展）报告：还有" in shown
    assert "2029-02-19  伦理批件到期：还有 365 天" in shown


def test_an_amendment_leaves_the_clock_running(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_sealed(folder, "amendment", "2027-06-01")
    done = record(folder, "--decision", "批准", "--date", "2027-06-10", today="2027-06-10")
    assert done.returncode == 0, done.stderr
    shown = status(folder, today="2027-06-10")
    assert "2028-03-20  提交跟踪审查（进展）报告" in shown and "2028-03-19  伦理批件到期" in shown


@pytest.mark.parametrize(("kind", "word", "said"), [
    ("completion", "批准", "研究已结题"), ("deviation", "终止", "研究已终止"),
])  # fmt: skip
def test_nothing_is_due_once_the_study_has_ended(
    folder: Path, kind: str, word: str, said: str
) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_sealed(folder, kind, "2027-12-01")
    done = record(folder, "--decision", word, "--date", "2027-12-10", today="2027-12-10")
    assert done.returncode == 0, done.stderr
    shown = status(folder, today="2029-01-01")
    assert said in shown and "已逾期" not in shown


def test_a_suspended_study_still_owes_its_reports(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_sealed(folder, "safety", "2027-05-01")
    assert (
        record(folder, "--decision", "暂停", "--date", "2027-05-02", today="2027-05-02").returncode
        == 0
    )
    shown = status(folder, today="2027-05-03")
    assert "研究已暂停" in shown and "2028-03-20  提交跟踪审查" in shown


def test_an_event_has_its_deadline(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    add_submission(folder, load().standard(), "safety", {})
    event = folder / "submissions" / "02-safety" / "submission.yaml"
    text = event.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  learned_date:", "  learned_date: 2027-05-31", text)
    event.write_text(re.sub(r"(?m)^  serious:", "  serious: yes", text), encoding="utf-8")
    dossier = folder / "dossier.yaml"
    words = dossier.read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^  regulatory_track: \S+", "  regulatory_track: device_trial", words)
    assert changed != words
    dossier.write_text(changed, encoding="utf-8")
    shown = status(folder, today="2027-06-03")
    assert "2027-06-01  报告严重不良事件：已逾期 2 天（严重不良事件报告期限 24 小时）" in shown


def test_years_without_known_holidays_are_marked(folder: Path, tmp_path: Path) -> None:
    """Five working days that run into 2027 know the weekends only; an own pack may tell more."""
    add_submission(folder, load().standard(), "safety", {})
    event = folder / "submissions" / "02-safety" / "submission.yaml"
    text = event.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  learned_date:", "  learned_date: 2027-04-30", text)
    event.write_text(re.sub(r"(?m)^  serious:", "  serious: yes", text), encoding="utf-8")
    dossier = folder / "dossier.yaml"
    words = dossier.read_text(encoding="utf-8")
    track = "  regulatory_track: new_biomedical_technology"
    dossier.write_text(re.sub(r"(?m)^  regulatory_track: \S+", track, words), encoding="utf-8")
    shown = status(folder, today="2027-05-01").replace("\n", "").replace(" ", "")
    assert "2027-05-07生物医学新技术的严重不良反应报告" in shown and "未含法定节假日" in shown
    own = tmp_path / "own" / "checklists"
    own.mkdir(parents=True)
    (own / "holidays.yaml").write_text(
        "- id: '2027'\n  source: 测试用，不是真的安排\n  holidays:\n"
        "    - {name: 试, from: 2027-05-03, to: 2027-05-05}\n  working_weekends: [2027-05-08]\n",
        encoding="utf-8",
    )
    assert mmethics("--pack", own.parent, "standard", "lint", cwd=folder).returncode == 0
    shown = status(folder, "--pack", own.parent, today="2027-05-01")
    assert "2027-05-11" in shown and "未含法定节假日" not in shown


# The calendar.


def test_the_calendar_is_the_same_each_time_and_keeps_its_names(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    path, again = folder.parent / "a.ics", folder.parent / "b.ics"
    assert status(folder, "--ics", path) == "" == status(folder, "--ics", again)
    assert path.read_bytes() == again.read_bytes()
    data = path.read_bytes()
    assert data.count(b"BEGIN:VEVENT\r\n") == 3 and b"\n" not in data.replace(b"\r\n", b"")
    assert b"DTSTAMP:20270321T000000Z" in data and b"DTSTART;VALUE=DATE:20280319" in data
    uids = re.findall(rb"UID:(\S+)", data)
    assert len(set(uids)) == 3
    changed = ("--decision", "批准", "--date", "2027-03-20", "--valid-until", "2027-09-19")
    assert record(folder, *changed, "--replace").returncode == 0
    assert status(folder, "--ics", path, today="2027-04-01") == ""
    assert set(re.findall(rb"UID:(\S+)", path.read_bytes())) == set(uids)


def test_the_calendar_overwrites_nothing_else(folder: Path) -> None:
    mine = folder.parent / "a.ics"
    mine.write_bytes(b"mine")
    for place in (mine, folder, folder / "none" / "a.ics"):
        done = mmethics("status", folder, "--ics", place, cwd=folder)
        assert done.returncode == 2 and "--ics" in done.stderr
    assert mine.read_bytes() == b"mine"
    assert record(folder, *APPROVAL).returncode == 0
    others = folder.parent / "b.ics"  # ours too, but of another study
    assert status(folder, "--ics", others) == ""
    data = re.sub(rb"(X-MMETHICS-OF:)\w+", rb"\g<1>0123", others.read_bytes())
    others.write_bytes(data)
    done = mmethics("status", folder, "--ics", others, cwd=folder)
    assert done.returncode == 2 and "另一项研究的日历" in done.stderr.replace("\n", "")
    assert others.read_bytes() == data


# The history.


def test_the_history_tells_submissions_decisions_and_what_is_valid(folder: Path) -> None:
    comments = folder.parent / "意见.yaml"
    comments.write_text("- 第一条意见\n- 第二条意见\n", encoding="utf-8")
    modify = ("--decision", "修改后批准", "--date", "2027-03-20", "--comments", comments)
    assert record(folder, *modify).returncode == 0
    shown = status(folder, "--history")
    assert "决定：修改后批准（2027-03-20，意见 2 条）" in shown and "2. 第二条意见" in shown
    assert "没有：还没有批准" in shown
    data = next((folder / FIRST / "documents").glob("*知情同意书（成人）*.docx")).read_bytes()
    add_sealed(folder, "re_review", "2027-04-01", (("consent_adult", "1.1", data),))
    assert record(folder, *APPROVAL[:2], "--date", "2027-04-08", "--valid-until", "2028-04-07",
                  today="2027-04-08").returncode == 0  # fmt: skip
    shown = status(folder, "--history", today="2027-05-01")
    assert "02-re-review  复审，2027-04-01 封存" in shown
    valid = shown.partition("今天有效的版本（批件有效期至 2028-04-07）")[2]
    assert re.search(r"知情同意书（成人） +V1\.1 +2027-04-01  02-re-review", valid)
    assert re.search(r"伦理审查申请表 +V1\.0 +2027-03-01  01-initial", valid)
    assert valid.count("知情同意书（成人）") == 1 and "附件：研究方案 " in valid


# The approved versions.


def approved(folder: Path, *options: str | Path) -> Any:
    return mmethics("render", folder, "--for", "approved", *options, cwd=folder.parent)


def footer(path: Path) -> str:
    section = docx.Document(str(path)).sections[0]
    return "".join(one.text for one in section.footer.paragraphs)


def test_approved_versions_are_the_sealed_ones_with_the_approval(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    done = approved(folder)
    assert done.returncode == 0, done.stderr
    place = folder / FIRST / "committee" / "approved"
    sealed = sorted(one.name for one in (folder / FIRST / "documents").glob("*.docx"))
    names = sorted(one.name for one in place.glob("*.docx"))
    # Each has its number on the listing: attachments are not among them.
    assert [name[:3] for name in names] == [f"{at:02d}-" for at in range(1, len(sealed) + 1)]
    assert [name[3:] for name in names] == [name[3:] for name in sealed]
    for name in names:
        words = "批准日期：2027年3月20日　有效期至：2028年3月19日　批件号：2027-伦审-018"
        assert footer(place / name).endswith(words)
    listing = (place / "批准文件清单.txt").read_text(encoding="utf-8")
    assert "知情同意书（成人）" in listing and "培训证书" in listing
    assert mmethics("verify", folder / FIRST, cwd=folder).returncode == 0
    before = {one.name: one.read_bytes() for one in place.glob("*")}
    office = ("--today", "2030-01-01", "render", folder, "--for", "committee")
    assert mmethics(*office, cwd=folder).returncode == 0
    assert approved(folder).returncode == 0
    assert {one.name: one.read_bytes() for one in place.glob("*")} == before


def test_a_document_edited_by_hand_before_sealing_is_kept(tmp_path: Path) -> None:
    day = ("--today", "2027-03-01")
    for step in (("new", "d", "--example", EXAMPLE), ("render", "d")):
        assert mmethics(*day, *step, cwd=tmp_path).returncode == 0
    folder = tmp_path / "d"
    path = next((folder / FIRST / "documents").glob("*知情同意书（成人）*.docx"))
    document = docx.Document(str(path))
    document.add_paragraph("手写的一句")
    document.save(str(path))
    assert mmethics(*day, "submit", "d", cwd=tmp_path).returncode == 0
    assert record(folder, *APPROVAL).returncode == 0
    assert approved(folder, "--only", "consent_adult", "--out", tmp_path / "o").returncode == 0
    (found,) = (tmp_path / "o").glob("*.*x*")
    assert docx.Document(str(found)).paragraphs[-1].text == "手写的一句"
    assert "批准日期：2027年3月20日" in footer(found)


def test_the_decision_letter_says_what_was_recorded(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    letter = ("render", folder, "--only", "decision_letter", "--names", "id")
    assert mmethics(*letter, cwd=folder).returncode == 0
    (path,) = (folder / FIRST / "committee").glob("*-decision_letter.docx")
    words = "".join(docx.Document(str(path)).element.body.itertext())
    for said in ("2027-伦审-018", "2027年3月20日", "2028年3月19日"):
        assert said in words


def test_approved_versions_hand_edited_are_kept(folder: Path) -> None:
    assert record(folder, *APPROVAL).returncode == 0
    assert approved(folder).returncode == 0
    path = next((folder / FIRST / "committee" / "approved").glob("*知情同意书（成人）*.docx"))
    path.write_bytes(b"mine")
    assert approved(folder).returncode == 1 and path.read_bytes() == b"mine"
    assert approved(folder, "--replace").returncode == 0 and path.read_bytes() != b"mine"


@pytest.mark.parametrize("word", ["", "修改后批准", "不批准"])
def test_without_an_approval_there_are_no_approved_versions(folder: Path, word: str) -> None:
    if word:
        comments = folder.parent / "意见.yaml"
        comments.write_text("- 改\n", encoding="utf-8")
        made = ("--decision", word, "--date", "2027-03-20", "--comments", comments)
        assert record(folder, *made).returncode == 0
    done = approved(folder)
    assert done.returncode == 2 and "没有批准版本" in done.stderr
    assert not (folder / FIRST / "committee" / "approved").exists()


def test_a_re_review_approves_what_it_left_as_it_was(folder: Path) -> None:
    comments = folder.parent / "意见.yaml"
    comments.write_text("- 改\n", encoding="utf-8")
    modify = ("--decision", "修改后再审", "--date", "2027-03-20", "--comments", comments)
    assert record(folder, *modify).returncode == 0
    data = next((folder / FIRST / "documents").glob("02-*.docx")).read_bytes()
    again = add_sealed(folder, "re_review", "2027-04-01", (("consent_adult", "1.1", data),))
    assert record(folder, *APPROVAL[:2], "--date", "2027-04-08", today="2027-04-08").returncode == 0
    done = approved(folder)
    assert done.returncode == 0, done.stderr
    names = sorted(one.name for one in (again / "committee" / "approved").glob("*.docx"))
    assert [name[:3] for name in names] == [f"{at:02d}-" for at in range(1, len(names) + 1)]
    assert any(name[3:] == "知情同意书（成人）-V1.1-2027-04-01.docx" for name in names)
    assert not any("修订" in name or "知情同意书（成人）-V1.0" in name for name in names)
    assert any(name.startswith("02-伦理审查申请表-V1.0") for name in names)
    manifest = json.loads((again / "manifest.json").read_bytes())
    assert [row["id"] for row in manifest["documents"]] == ["consent_adult"]
