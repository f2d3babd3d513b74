"""mmethics record --from: an office's reply is recorded as it is, or refused with the reason."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.replies import Reply, read_reply, reply_archive
from tests.program import mmethics

ECG = "prospective-ecg"
DECISION = """\
decision: modify_then_approve
date: 2027-03-20
number: 伦审2027-0001
comments: [请补充样本量的依据。, "=SUM(A1) 照原文", 请写明保存期限。]
"""


@pytest.fixture
def dossier(tmp_path: Path, sealed_example: Callable[[str], Path]) -> Path:
    shutil.copytree(sealed_example(ECG), tmp_path / "研究")
    return tmp_path / "研究"


def digest(dossier: Path) -> str:
    return sha256((dossier / "submissions/01-initial/manifest.json").read_bytes())


def reply(dossier: Path, decision: str, **more: str) -> Path:
    """A reply as an office writes it; `more` replaces what it says of itself."""
    told = {
        "case": "2027-受-0001", "submission": "01-initial", "digest": digest(dossier),
        "register": "7 abc",
    }  # fmt: skip
    files = {"decision.yaml": decision.encode(), "审查意见.docx": b"letter"}
    path = dossier.parent / "回件.zip"
    path.write_bytes(reply_archive(Reply(**(told | more), files=files)))
    return path


def record(dossier: Path, path: Path, *more: str) -> tuple[int, str]:
    done = mmethics("--today", "2027-03-25", "record", dossier, "--from", path, *more, cwd=dossier)
    assert "Traceback" not in done.stderr
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_decision_is_recorded_without_retyping(dossier: Path) -> None:
    code, said = record(dossier, reply(dossier, DECISION))
    assert (
        code == 0
        and "01-initial 的决定：修改后批准（2027-03-20，伦审2027-0001，意见 3 条）" in said
    )
    text = (dossier / "submissions/01-initial/decision.yaml").read_text(encoding="utf-8")
    assert "modify_then_approve" in text and "=SUM(A1) 照原文" in text and digest(dossier) in text
    assert (dossier / "submissions/01-initial/committee/审查意见.docx").read_bytes() == b"letter"
    code, said = record(dossier, reply(dossier, DECISION))
    assert code == 2 and "已经记录了决定" in said
    assert record(dossier, reply(dossier, DECISION), "--replace")[0] == 0


def test_what_was_asked_for_opens_the_next_round(dossier: Path) -> None:
    asked = "supplement: {date: 2027-03-21, asked: [请补签。, 缺简历。]}\n"
    code, said = record(dossier, reply(dossier, asked))
    assert code == 0 and "要补正的 2 项；再打开为 01-initial-r2" in said
    code, said = record(dossier, reply(dossier, DECISION))
    assert code == 2 and "已经再打开为 01-initial-r2" in said


def test_a_reply_to_another_study_names_both(dossier: Path) -> None:
    code, said = record(dossier, reply(dossier, DECISION, digest="0" * 64))
    assert code == 2 and "0" * 64 in said and digest(dossier) in said and "2027-受-0001" in said
    assert not (dossier / "submissions/01-initial/decision.yaml").exists()


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        ("decision: modify_then_approve\ndate: 2027-03-20\n", "要写明须修改的意见"),
        ("decision: approve\ndate: 明天\n", "不是日期"),
        ("decision: approve\n", "没有写决定和日期"),
        ("decision: approve\ndate: 2027-01-01\n", "早于封存"),
        ("decision: approve\ndate: 2027-03-20\ninterval_months: 60\n", "超过规则允许"),
        ("decision: approve\ndate: 2027-03-20\ncomments: [[a]]\n", "一条意见一项"),
        ("supplement: {date: 2027-03-21, asked: []}\n", "要补正什么没有写"),
        ("supplement: {date: 2027-03-21, asked: [{a: b}]}\n", "没有写好"),
        ("- 不是决定\n", "没有写决定和日期"),
        ("decision: [\n", "读不了"),
        ("&a [*a]\n", "读不了"),
    ],
)
def test_what_cannot_be_right_is_refused(dossier: Path, decision: str, why: str) -> None:
    code, said = record(dossier, reply(dossier, decision))
    assert code == 2 and why in said, said
    assert not (dossier / "submissions/01-initial/decision.yaml").exists()


def archive(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as whole:
        for name, data in files.items():
            whole.writestr(name, data)
    return path


def test_an_archive_that_is_no_reply_or_was_changed_is_refused(dossier: Path) -> None:
    whole = reply(dossier, DECISION)
    with zipfile.ZipFile(whole) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    hostile = dossier.parent / "坏.zip"
    for changed, why in (
        ({**files, "decision.yaml": b"decision: approve\ndate: 2027-03-20\n"}, "decision.yaml"),
        ({name: files[name] for name in files if name != "decision.yaml"}, "decision.yaml"),
        ({**files, "多的.docx": b"x"}, "多的.docx"),
        ({**files, "../外面.docx": b"x"}, "指向外面"),
        ({**files, "/绝对.docx": b"x"}, "指向外面"),
        ({name: files[name] for name in files if name != "reply.json"}, "不是办公室写出的回件"),
        ({**files, "reply.json": b"{}"}, "不是办公室写出的回件"),
        ({**files, "reply.json": b"[" * 100_000}, "不是办公室写出的回件"),
        ({**files, "大.docx": b"0" * 210_000_000}, "大得不合常理"),
    ):
        code, said = record(dossier, archive(hostile, changed))
        assert code == 2 and why in said, said
    hostile.write_bytes(whole.read_bytes()[:300])
    assert record(dossier, hostile)[0] == 2
    hostile.write_text("不是压缩包", encoding="utf-8")
    assert record(dossier, hostile)[0] == 2
    assert record(dossier, dossier.parent / "没有.zip")[0] == 2
    assert not (dossier / "submissions/01-initial/decision.yaml").exists()


def test_a_reply_stands_alone(dossier: Path) -> None:
    path = reply(dossier, DECISION)
    for more in (("--decision", "批准"), ("--supplement",), ("--submission", "01")):
        code, said = record(dossier, path, *more)
        assert code == 2 and "--from 只能与 --replace 同用" in said
    found = read_reply(path)
    assert found.digest == digest(dossier) and json.dumps(found.case)
