"""保存: papers filed and catalogued, volumes closed with the retention that holds for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import date_advice, parse_date
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.acting import record, said
from mmethics_cli.office.archive import law
from mmethics_cli.office.archive.records import STUDY, ArchivedPaper, Volume
from mmethics_cli.office.archive.sealed import Retention, files_in, retention
from mmethics_cli.office.events import FILES, Happening
from mmethics_cli.office.folder import ARCHIVE, CASES, OfficeFolder, write_kept
from mmethics_cli.office.law.acceptance import ActRefused, case_name, find_case
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.register.database import Reading, Writing
from mmethics_cli.office.state import Appointment, Assignment, Case, RegisteredStudy
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.workflow.packs import Packs

ELECTRONIC: Final = "电子"
ON_PAPER: Final = "纸质"
IN_REGISTER: Final = "登记簿"
_YEARLY: Final = re.compile(r"(\d{4})-(.+)", re.ASCII)


class Filed(Struct, frozen=True):
    """What was said with `office file`: a paper, where it lies, its scan; and why it may lack."""

    paper: str = ""
    title: str = ""
    place: str = ""
    scan: Path | None = None
    incomplete: str = ""
    begins: str = ""
    permanent: str = ""
    close: bool = False


class Filing:
    """What the office keeps; `now` is the minute, `actor` who types."""

    def __init__(self, office: OfficeFolder, packs: Packs, now: str, actor: str) -> None:
        self.office = office
        self.pack: OfficePack = office_pack(packs, office)
        self.now = now
        self.actor = actor

    # What is asked for.

    def overview(self) -> list[str]:
        """Every volume that is open, and every closed one with its day."""
        with self.office.register().reading() as register:
            volumes = register.where(Volume)
            return [volume_line(register, each) for each in volumes] or [
                "还没有案卷。受理一件，或 mmethics office file 2027-会议记录。"
            ]

    def file(self, name: str, filed: Filed) -> tuple[list[str], bool]:
        """File what is whole of a case, a study or a volume of the committee, and say what lacks.

        Whether nothing lacks is told too. Raises ActRefused, EthicsError, WorkspaceError.
        """
        with self.office.register().writing() as register:
            yearly = _YEARLY.fullmatch(name)
            if yearly and self._committee_kind(yearly[2]):
                volume = self._committee_volume(register, name, yearly)
                return self._of_committee(register, volume, filed)
            study = register.get(RegisteredStudy, name)
            case = None if study else find_case(register, name)
            volume = self._volume(register, study.id if study else case.study if case else "")
            lines = []
            if filed.paper or filed.scan:
                if case is None:
                    raise EthicsError(
                        "纸件登记在哪一件上，请写受理号：mmethics office file 12 --paper …"
                    )
                lines += self._paper(register, volume, filed, case)
            if filed.begins:
                lines += self._begin(register, volume, filed)
            return self._study(register, volume, case, filed, lines)

    def _volume(self, register: Writing, study: str) -> Volume:
        volume = register.get(Volume, study)
        if volume is None:
            raise ActRefused(f"{study} 还没有受理，没有案卷可以归档。")
        if volume.state == "disposed":
            raise ActRefused(f"案卷 {volume.id} 已销毁；目录：mmethics office show {volume.id}。")
        return volume

    # Studies.

    def _study(
        self, register: Writing, volume: Volume, only: Case | None, filed: Filed, lines: list[str]
    ) -> tuple[list[str], bool]:
        whole = True
        for case in register.where(Case, study=volume.id):
            if case.state != "delivered" or (only is not None and case.id != only.id):
                continue
            lacks = self._lacking(register, case)
            if lacks and not filed.incomplete:
                whole = False
                lines += [f"{case_name(case)} 没有归档，还缺："]
                lines += [f"  {each}" for each in lacks]
                continue
            data = {
                "complete": not lacks, "place": filed.place, "lacking": lacks,
                "reason": filed.incomplete if lacks else "", "papers": self._papers(register, case),
            }  # fmt: skip
            lines += self._record(
                register, Happening("filed", self.now, volume.id, case.id, data=data)
            )
        lines += self._close(register, volume.id, filed)
        after = register.get(Volume, volume.id) or volume
        return [*lines, volume_line(register, after), *catalogue(register, after)], whole

    def _lacking(self, register: Reading, case: Case) -> list[str]:
        happened = {each.what.kind for each in register.events(case=case.id)}
        if case.meeting:
            happened |= {each.what.kind for each in register.events(meeting=case.meeting)}
        names = {each.person: person_name(each) for each in register.where(Appointment)}
        return law.lacking(self.pack.archive, register, case, frozenset(happened), names)

    def _papers(self, register: Reading, case: Case) -> list[dict[str, str]]:
        """The lines of a case in the catalogue: its package, what is in it, what came back."""
        rows = []
        for number, event in enumerate(_packages(register, case.id), 1):
            file = f"{CASES}/{event.data['package']}"
            title = f"{case_name(case)} 封存的送审" + (
                f"（补正{number - 1}）" if number > 1 else ""
            )
            digest = str(event.data.get("digest") or "")
            rows.append(_row("package", title, ELECTRONIC, digest=digest, file=file))
            path = self.office.path / file
            for each in files_in(path) if path.is_file() else ():
                rows.append(
                    _row("sealed", each.title, ELECTRONIC, version=each.version, digest=each.digest)
                )
        names = {each.person: person_name(each) for each in register.where(Appointment)}
        for assignment in register.where(Assignment, case=case.id):
            if assignment.state == "returned":
                title = f"审查工作表（{names.get(assignment.person, assignment.person)}）"
                rows.append(_row("worksheet", title, IN_REGISTER))
        if case.letter:
            rows.append(_row("decision", f"决定 {case.letter}", IN_REGISTER))
        return rows

    def _close(self, register: Writing, name: str, filed: Filed) -> list[str]:
        """Close a study's volume once nothing of it can come any more and all is filed."""
        study, volume = register.get(RegisteredStudy, name), register.get(Volume, name)
        cases = register.where(Case, study=name)
        done = all(case.state in ("filed", "refused", "withdrawn") for case in cases)
        if study is None or volume is None or volume.state != "open":
            return []
        if not done or not law.is_over(register, study):
            return []
        packages = [path for case in cases for path in self._package_files(register, case)]
        kept = retention(packages, self.pack.standard)
        begins_on = law.end_of(register, study)
        asked = [
            self.pack.archive.begins[rule]
            for rule in kept.rules
            if rule in self.pack.archive.begins
        ]
        if asked:
            begins_on = ""
        away = [case for case in cases if case.state in ("refused", "withdrawn")]
        data = _closing(volume.id, kept, begins_on, filed) | {
            "papers": [row for case in away for row in self._papers(register, case)]
        }
        lines = self._record(register, Happening("volume_closed", self.now, name, data=data))
        if not begins_on:
            why = asked[0] if asked else "研究何时结束没有登记"
            lines.append(f"保管期限的起算日还不知道（{why}），不会列入销毁清册。")
            lines.append(f"  知道以后：mmethics office file {name} --from 日期")
        return lines

    def _package_files(self, register: Reading, case: Case) -> Iterator[Path]:
        for event in _packages(register, case.id):
            path = self.office.path / CASES / event.data["package"]
            if path.is_file():
                yield path

    def _begin(self, register: Writing, volume: Volume, filed: Filed) -> list[str]:
        if volume.state != "closed" or volume.permanent:
            raise ActRefused(f"案卷 {volume.id} 还没有结卷，或永久保管，不写起算日。")
        day = parse_date(filed.begins)
        if day is None:
            raise EthicsError(f"--from 的值“{filed.begins}”不是日期。{date_advice(filed.begins)}。")
        if not volume.years:
            raise ActRefused(f"案卷 {volume.id} 没有定下保管年限（没有封存的快照可以判定）。")
        if volume.until:
            raise ActRefused(f"案卷 {volume.id} 的起算日已定为 {volume.begins_on}，不能改。")
        end = law.until(day.isoformat(), volume.years)
        data = {
            "volume": volume.id, "begins_on": day.isoformat(), "until": end,
            "reason": "；".join(self.pack.archive.begins.get(rule, "") for rule in volume.rules)
            or "办公室写明的研究结束日",
        }  # fmt: skip
        return self._record(
            register, Happening("retention_begun", self.now, _study_ref(volume), data=data)
        )

    # Papers.

    def _paper(
        self, register: Writing, volume: Volume, filed: Filed, case: Case | None
    ) -> list[str]:
        """Enter a paper that lies somewhere, or a scan of it, in the catalogue."""
        if not filed.place and filed.scan is None:
            raise EthicsError("纸件在哪里？写 --place 位置（如 EC-Y-03），或 --scan 扫描件。")
        kind, of = filed.paper, "case"
        known = {
            name: each
            for each in self.pack.archive.papers.values()
            for name in (each.id, each.title)
        }
        if filed.paper in known:
            kind, of = known[filed.paper].id, known[filed.paper].of
        title = filed.title or (known[filed.paper].title if filed.paper in known else filed.paper)
        if not title:
            names = "、".join(each.title for each in self.pack.archive.papers.values())
            raise EthicsError(f"是什么？写 --paper：{names}，或别的名称。")
        row = _row(kind, title, ON_PAPER, place=filed.place)
        if case is not None:
            row |= (
                {"meeting": case.meeting} if of == "meeting" and case.meeting else {"case": case.id}
            )
        if filed.scan is not None:
            row |= self._scanned(register, volume, filed.scan, title)
        data: dict[str, Any] = {"volume": volume.id, "papers": [row]}
        if "file" in row:
            data[FILES] = {row["file"]: row["digest"]}
        happening = Happening(
            "paper_filed", self.now, _study_ref(volume), case.id if case else "", data=data
        )
        return self._record(register, happening)

    def _scanned(self, register: Reading, volume: Volume, scan: Path, title: str) -> dict[str, str]:
        try:
            content = scan.read_bytes()
        except OSError as error:
            raise EthicsError(f"读不了“{scan}”：{reason(error)}。") from error
        number = len(register.where(ArchivedPaper, volume=volume.id)) + 1
        name = legal_name(f"{number:04d}-{title}") + scan.suffix.lower()
        file = f"{ARCHIVE}/{legal_name(volume.id)}/{name}"
        # The file first: an event never speaks of one that is not there.
        write_kept(self.office.path / file, content)
        return {"medium": f"{ELECTRONIC}（扫描）", "file": file, "digest": sha256(content)}

    # The committee's own.

    def _committee_kind(self, title: str) -> law.CommitteeVolume | None:
        kinds = self.pack.archive.volumes.values()
        return next((each for each in kinds if title in (each.id, each.title)), None)

    def _committee_volume(self, register: Writing, name: str, yearly: re.Match[str]) -> Volume:
        kind = self._committee_kind(yearly[2])
        assert kind is not None
        id_ = f"{yearly[1]}-{kind.title}"
        volume = register.get(Volume, id_)
        if volume is None:
            data = {"volume": id_, "kind": kind.id, "year": int(yearly[1])}
            self._record(register, Happening("volume_opened", self.now, data=data))
            volume = register.get(Volume, id_)
        assert volume is not None
        if volume.state == "disposed":
            raise ActRefused(f"案卷 {volume.id} 已销毁。")
        return volume

    def _of_committee(
        self, register: Writing, volume: Volume, filed: Filed
    ) -> tuple[list[str], bool]:
        lines = []
        kind = self.pack.archive.volumes[volume.kind]
        if filed.paper or filed.scan:
            lines += self._paper(register, volume, filed, None)
        year = volume.id[:4]
        lacks = self._without_minutes(register, year) if "minutes_approved" in kind.lists else []
        lines += [f"会议 {name} 的会议记录还没有定稿" for name in lacks]
        if filed.close:
            if volume.state != "open":
                raise ActRefused(f"案卷 {volume.id} 已经结卷。")
            if year >= self.now[:4]:
                raise ActRefused(f"{year} 年还没有过完，不能结卷。")
            if lacks and not filed.incomplete:
                raise ActRefused("还有会议记录没有定稿；照样结卷要写 --incomplete 理由。")
            mark = "自拟的建议年限" if kind.own else "本院的规定"
            kept = Retention(kind.years, (), (f"{kind.title}保存 {kind.years} 年（{mark}）",))
            data = _closing(volume.id, kept, f"{year}-12-31", filed) | {
                "papers": self._listed(register, kind, year)
            }
            lines += self._record(register, Happening("volume_closed", self.now, data=data))
        after = register.get(Volume, volume.id) or volume
        listed = [] if after.state != "open" else self._listed(register, kind, year)
        shown = [f"     {row['title']}　{row['medium']}" for row in listed]
        head = [volume_line(register, after), *catalogue(register, after), *shown]
        return [*lines, *head], not lacks

    def _without_minutes(self, register: Reading, year: str) -> list[str]:
        held = {
            e.counted.meeting
            for e in register.of_kind("meeting_held")
            if e.counted.happened[:4] == year
        }
        done = {e.counted.meeting for e in register.of_kind("minutes_approved")}
        return sorted(held - done)

    def _listed(
        self, register: Reading, kind: law.CommitteeVolume, year: str
    ) -> list[dict[str, str]]:
        """What the register itself tells of a year, as lines of the catalogue."""
        rows = []
        for name in kind.lists:
            for event in register.of_kind(name):
                what = event.what
                if what.happened[:4] == year:
                    subject = what.person or what.meeting
                    title = f"{self.pack.kinds[name].title}　{subject}".rstrip("　")
                    day = what.happened.partition("T")[0]
                    rows.append(_row(name, f"{title}（{day}，第 {event.seq} 条）", IN_REGISTER))
        return rows

    def _record(self, register: Writing, happening: Happening) -> list[str]:
        events = record(register, self.pack.kinds, [happening], self.now, self.actor)
        return list(said(self.pack.kinds, events))


def _study_ref(volume: Volume) -> str:
    return volume.id if volume.kind == STUDY else ""


def _row(kind: str, title: str, medium: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "title": title, "medium": medium} | {k: v for k, v in more.items() if v}


def _packages(register: Reading, case: str) -> Iterator[Happening]:
    for event in register.events(case=case):
        if event.what.data.get("digest") and event.what.data.get("package"):
            yield event.what


def _closing(name: str, kept: Retention, begins_on: str, filed: Filed) -> dict[str, Any]:
    end = "" if filed.permanent else law.until(begins_on, kept.years)
    basis = [*kept.basis, *([f"永久保管：{filed.permanent}"] if filed.permanent else [])]
    return {
        "volume": name, "years": kept.years, "rules": list(kept.rules), "basis": basis,
        "permanent": bool(filed.permanent), "place": filed.place, "reason": filed.incomplete,
    } | {key: day for key, day in (("begins_on", begins_on), ("until", end)) if day}  # fmt: skip


# For people.

_STATES: Final = {"open": "未结卷", "closed": "已结卷", "disposed": "已销毁"}


def volume_title(register: Reading, volume: Volume) -> str:
    """The title of the study whose volume it is; empty for the committee's own."""
    study = register.get(RegisteredStudy, volume.id) if volume.kind == STUDY else None
    return study.title if study else ""


def volume_line(register: Reading, volume: Volume) -> str:
    """A volume and how long it is kept, in one line."""
    parts = [volume.id, _STATES[volume.state]]
    if volume.permanent:
        parts.append("永久保管")
    elif volume.until:
        parts.append(f"保管至 {volume.until}（{volume.years} 年）")
    elif volume.state == "closed":
        parts.append("保管至未定")
    parts += [f"暂停销毁：{hold}" for hold in volume.holds]
    return "　".join(filter(None, (*parts, volume_title(register, volume))))


def catalogue(register: Reading, volume: Volume) -> list[str]:
    """The papers of a volume, a line each, and why it is kept so long."""
    lines = [f"  依据：{each}" for each in volume.basis]
    for paper in register.where(ArchivedPaper, volume=volume.id):
        more = (paper.version, paper.medium, paper.place, paper.digest[:12])
        lines.append("　".join((f"{paper.number:>4} {paper.title}", *filter(None, more))))
    return lines
