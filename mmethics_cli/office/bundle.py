"""检查材料: everything of a study in a folder that opens without a network, for an inspection.

Each letter leads to its votes, worksheets, package and rules, and to who was a member on that day.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.office.archive.disposal import gone_files
from mmethics_cli.office.as_of import RegisterView
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.law.members import in_office
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.packages import KeptPaper, kept_papers
from mmethics_cli.office.sent_papers import minutes_of, sent_on, sent_papers
from mmethics_cli.office.showing import (
    case_parts,
    clocks,
    event_text,
    study_state,
    subject_of,
    term_parts,
)
from mmethics_cli.office.state import Appointment, Assignment, Ballot, Case, RegisteredStudy, Seat
from mmethics_cli.office.verifying import OfficeProof, faults_of, verify_office
from mmethics_cli.render.web.pages import PageTable, link, web_page
from mmethics_cli.store.files import new_folder
from mmethics_cli.store.submission.manifest import is_plain_name
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.workflow.packs import Packs

INDEX: Final = "index.html"
LOG: Final = "登记.jsonl"
_UNSIGNED: Final = "没有登记，签字的是纸件或扫描件"
_TRAINED_YEARS: Final = 3  # that trainings before a decision are listed


class Inspected(Struct, frozen=True):
    """What a bundle is made of: the pack, the register, the study's events, its meetings' too."""

    office: OfficeFolder
    pack: OfficePack
    view: RegisterView
    study: RegisteredStudy
    events: Sequence[Event]
    today: str

    @property
    def cases(self) -> Sequence[Case]:
        return sorted(
            self.view.state.where(Case, study=self.study.id), key=lambda case: case.received_at
        )

    def papers(self) -> list[KeptPaper]:
        return list(kept_papers(self.events))

    def sent(self, case: Case) -> list[str]:
        """Where in the office's folder lie what was sent out on a case, and its minutes."""
        items = self.pack.lending.items.values()
        documents = [name for item in items for name in item.documents]
        papers = sent_papers(self.office, self.pack.standard, case, documents)
        paths = [path for path in papers if not self.view.day or sent_on(path) <= self.view.day]
        minutes = minutes_of(self.office, case.meeting)
        if minutes is not None and not self.view.day:
            paths.append(minutes)
        return [path.relative_to(self.office.path).as_posix() for path in paths]


def write_bundle(
    office: OfficeFolder, packs: Packs, name: str, folder: Path, today: date, day: str = ""
) -> None:
    """Put everything of a study into a new folder. Nothing stays of it where that fails.

    Raises EthicsError for what is no study or case, or where the folder is there already;
    WorkspaceError.
    """
    _refuse_existing(folder)
    pack = office_pack(packs, office)
    proof = verify_office(office)
    with office.register().reading() as register:
        view = RegisterView(register, day)
        study = _study(view, name)
        shown = day or today.isoformat()
        inspected = Inspected(office, pack, view, study, _events(view, study), shown)
        sent = [place for case in inspected.cases for place in inspected.sent(case)]
        page = web_page("bundle.html", pack.pack.template_text, _values(office, inspected, proof))
    try:
        with new_folder(folder) as stage:
            for place in dict.fromkeys((*(each.place for each in inspected.papers()), *sent)):
                if is_plain_name(place) and (office.path / place).is_file():
                    (stage / place).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(office.path / place, stage / place)
            (stage / LOG).write_bytes(
                b"".join(msgspec.json.encode(event) + b"\n" for event in inspected.events)
            )
            (stage / INDEX).write_bytes(page)
    except OSError as error:
        _refuse_existing(folder)
        raise WorkspaceError(f"--bundle：写不了“{folder}”：{reason(error)}。") from error


def _refuse_existing(folder: Path) -> None:
    if folder.exists():
        raise EthicsError(f"--bundle：已经有“{folder}”，没有覆盖。请换一个名字。")


def _study(view: RegisterView, name: str) -> RegisteredStudy:
    subject = subject_of(view.state, name)
    id_ = subject.id
    if subject.column == "case":
        case = view.state.get(Case, subject.id)
        id_ = case.study if case else ""
    study = view.state.get(RegisteredStudy, id_)
    if study is None:
        raise EthicsError(f"--bundle 是一项研究的材料，“{name}”不是研究或受理件。")
    return study


def _events(view: RegisterView, study: RegisteredStudy) -> list[Event]:
    """The study's events, and of its meetings those that are about no other study."""
    cases = {case.id for case in view.state.where(Case, study=study.id)}
    own = {event.seq: event for event in view.events(study=study.id)}
    for case in sorted(cases):
        own |= {event.seq: event for event in view.events(case=case)}
    for meeting in sorted({event.what.meeting for event in own.values()} - {""}):
        own |= {
            event.seq: event
            for event in view.events(meeting=meeting)
            if event.what.case in cases | {""} and event.what.study in (study.id, "")
        }
    return [own[seq] for seq in sorted(own)]


def _values(office: OfficeFolder, inspected: Inspected, proof: OfficeProof) -> dict[str, Any]:
    study, pack = inspected.study, inspected.pack
    facts = (study.number, study.investigator, study.dept, study.sponsor)
    ends = f"至 {study.valid_until}" if study.valid_until else ""
    return {
        "title": f"检查材料　{study.id}",
        "committee": office.setting("committee"),
        "study": "　".join(filter(None, (study.id, study.title, *facts))),
        "stands": "　".join(
            filter(None, (study_state(pack, study, inspected.today), study.approved_on, ends))
        ),
        "until": f"截至 {inspected.view.day}。" if inspected.view.day else "",
        "cases": _cases(inspected),
        "decisions": [_decision(inspected, event) for event in _letters(inspected)],
        "files": _files(office, inspected),
        "history": _history(inspected),
        "proof": [
            *(proof.faults or ("登记簿完整：条条相接，索引与登记一致，存下的文件都是原样。",)),
            f"登记簿共 {proof.events} 条，最后一条的校验值（SHA-256）：{proof.hash}",
        ],
    }


def _letters(inspected: Inspected) -> Iterator[Event]:
    for event in inspected.events:
        if event.counted.kind == "decided" and event.seq not in inspected.view.corrected:
            yield event


def _cases(inspected: Inspected) -> PageTable:
    decided = {event.counted.case for event in _letters(inspected)}
    rows = []
    for case in inspected.cases:
        name, kind, *rest = case_parts(inspected.pack, case)
        anchor = f"letter-{case.id}" if case.id in decided else ""
        rows.append(
            (
                link(name, anchor=anchor) if anchor else name,
                kind,
                "　".join(rest),
                "　".join(clocks(case, inspected.today)),
                link(case.package, f"cases/{case.package}") if case.digest else case.package,
            )
        )
    return PageTable("送审", ("受理号", "类型", "审查", "各步的日期", "送审文件"), rows)


def _decision(inspected: Inspected, event: Event) -> dict[str, Any]:
    """A letter with what it rests on."""
    what, pack = event.counted, inspected.pack
    case = inspected.view.state.get(Case, what.case)
    name = case_name(case) if case else what.case
    day = what.happened[:10]
    kind = pack.kinds.get("decided")
    said = pack.event_words.said(kind, what, pack.decision_word)
    lines = [f"{day}，登记簿第 {event.seq} 条", *(f"{title}：{text}" for title, text in said)]
    lines += _rules(pack, what.data.get("proof"))
    package = f"送审：{case.package}（清单校验值 {case.digest}）" if case and case.digest else ""
    if package:
        lines.append(package)
    tables = (
        _votes(inspected, what.meeting, what.case, day),
        _worksheets(inspected, what.case),
        _papers_of(inspected, what.case, what.meeting, inspected.sent(case) if case else ()),
        _members(inspected, day),
    )
    word = pack.decision_word(str(what.data.get("decision", "")))
    title = f"{what.data.get('number') or '决定'}　{name}　{word}"
    return {"id": f"letter-{what.case}", "title": title, "lines": lines, "tables": tables}


def _rules(pack: OfficePack, proof: object) -> Iterator[str]:
    """What a decision rests on, as it was stored with it: numbers, and rules with their basis."""
    if not isinstance(proof, dict):
        return
    if "present" in proof:
        votes = "，".join(
            f"{pack.decision_word(choice)} {count} 票" for choice, count in proof["votes"].items()
        )
        yield (
            f"全体委员 {len(proof['members'])} 人，到会 {len(proof['present'])} 人，"
            f"回避 {len(proof['recused'])} 人；须 {proof['needed']} 票；{votes}"
        )
    elif "reviewers" in proof:
        yield f"简易审查委员：{'、'.join(proof['reviewers'])}，意见一致"
    rules = {rule.id: rule for rule in (*pack.votes.quorum, *pack.votes.carried)}
    for id_ in proof.get("rules", ()):
        rule = rules.get(id_)
        yield f"规则 {id_}" + (f"：{rule.title}（{pack.cited(rule.basis)}）" if rule else "")


def _names(inspected: Inspected) -> dict[str, str]:
    return {each.person: person_name(each) for each in inspected.view.state.where(Appointment)}


def _votes(inspected: Inspected, meeting: str, case: str, day: str) -> PageTable:
    names = _names(inspected)
    ballots = {
        each.person: each
        for each in inspected.view.state.where(Ballot, meeting=meeting, case=case)
    } if meeting else {}  # fmt: skip
    rows = []
    for seat in inspected.view.state.where(Seat, meeting=meeting) if meeting else ():
        ballot = ballots.get(seat.person)
        choice = inspected.pack.decision_word(ballot.choice) if ballot and ballot.choice else ""
        vote = "回避" if ballot and ballot.recused else choice
        there = "到会" if seat.present else "缺席"
        rows.append((seat.person, names.get(seat.person, ""), there, vote))
    return PageTable(f"表决（会议 {meeting}）", ("编号", "姓名", "到会", "表决"), rows)


def _worksheets(inspected: Inspected, case: str) -> PageTable:
    names, labels = _names(inspected), inspected.pack.kinds["assigned"].labels
    sheets: dict[str, list[KeptPaper]] = {}
    for paper in inspected.papers():
        if paper.case == case and paper.kind in ("worksheet_returned", "conflict_declared"):
            sheets.setdefault(paper.person, []).append(paper)
    rows = [
        (
            names.get(each.person, each.person),
            labels.get(each.role, each.role),
            {"returned": f"交回 {each.returned_at[:10]}", "replaced": "已更换"}.get(
                each.state, "没有交回"
            ),
            inspected.pack.decision_word(each.recommendation),
            *_linked(sheets.get(each.person, [])[-1:]),
        )
        for each in inspected.view.state.where(Assignment, case=case)
    ]
    columns = ("审查人", "角色", "工作表", "建议", "文件")
    return PageTable("审查人和工作表", columns, rows)


def _linked(papers: Sequence[KeptPaper]) -> list[str | dict[str, str]]:
    return [link(each.place, each.place) for each in papers] or [""]


def _papers_of(inspected: Inspected, case: str, meeting: str, sent: Sequence[str]) -> PageTable:
    meetings = {
        event.seq for event in inspected.events if meeting and event.what.meeting == meeting
    }
    rows = [
        (_title(inspected.pack, each), *_linked([each]), each.digest)
        for each in inspected.papers()
        if each.case == case or (not each.case and each.event in meetings)
    ]
    rows += [("写出的文本", link(place, place), _UNSIGNED) for place in sent]
    return PageTable("有关的文件", ("事", "文件", "校验值（SHA-256）"), rows)


def _title(pack: OfficePack, paper: KeptPaper) -> str:
    kind = pack.kinds.get(paper.kind)
    return kind.title if kind else paper.kind


def _members(inspected: Inspected, day: str) -> PageTable:
    """Who was in office on a day, their terms, and their trainings of the years before it."""
    trained: dict[str, list[str]] = {}
    since = f"{int(day[:4]) - _TRAINED_YEARS}{day[4:]}"
    for event in inspected.view.events(kind="training"):
        what = event.what
        if since <= what.happened[:10] <= day:
            trained.setdefault(what.person, []).append(
                f"{what.happened[:10]} {what.data.get('title', '')}"
            )
    rows = [
        (each.person, person_name(each), "　".join(term_parts(inspected.pack, each)),
         "；".join(trained.get(each.person, [])))
        for each in in_office(inspected.view.state.where(Appointment), day).values()
    ]  # fmt: skip
    title = f"{day} 在任的委员，任期和此前三年的培训"
    return PageTable(title, ("编号", "姓名", "任期", "培训"), sorted(rows))


def _files(office: OfficeFolder, inspected: Inspected) -> PageTable:
    rows = []
    gone = gone_files(each for each in inspected.events if each.what.kind == "disposed")
    for each in inspected.papers():
        fault = "；".join(faults_of(office.path, [each], gone))
        row = (str(each.event), _title(inspected.pack, each), *_linked([each]), each.digest)
        rows.append((*row, fault or ("已销毁" if each.place in gone else "原样")))
    columns = ("条", "事", "文件", "校验值（SHA-256）", "核验")
    return PageTable("文件", columns, rows)


def _history(inspected: Inspected) -> PageTable:
    corrected = inspected.view.corrected
    rows = [
        (str(event.seq), event.counted.happened.replace("T", " "), event.actor,
         event_text(inspected.pack, event) + "（已更正，不算）" * (event.seq in corrected),
         event.hash[:16])
        for event in inspected.events
    ]  # fmt: skip
    columns = ("条", "时间", "经手人", "事", "校验值前 16 位")
    return PageTable("登记", columns, rows)
