"""What is handed in at the desk: recognised by what it holds, and entered in the register."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.lifecycle.decision import kind_of
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.acting import case_line, record, said
from mmethics_cli.office.events import FILES, Happening
from mmethics_cli.office.folder import CASES, RETURNED, SETTINGS, OfficeFolder
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name, receive
from mmethics_cli.office.law.decisions import baseline_fault
from mmethics_cli.office.law.review import reviewers_needed, reviewing
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.packages import (
    BRINGS_PACKAGE,
    SealedPackage,
    is_package,
    read_package,
)
from mmethics_cli.office.past_events import (
    is_event_file,
    look_through,
    past_happenings,
    summary,
)
from mmethics_cli.office.register.database import Writing
from mmethics_cli.office.state import Case, Lookup
from mmethics_cli.office.workbooks.book import OfficeBook, is_book, read_book
from mmethics_cli.office.workbooks.meeting_book import FORMAT as MEETING_BOOK
from mmethics_cli.office.workbooks.meeting_book import from_meeting_book
from mmethics_cli.office.workbooks.old_register import look_into, rows_to_import
from mmethics_cli.office.workbooks.old_register import summary as register_summary
from mmethics_cli.office.workbooks.roster_book import FORMAT as ROSTER
from mmethics_cli.office.workbooks.roster_book import from_roster
from mmethics_cli.office.workbooks.summary_book import FORMAT as SUMMARY
from mmethics_cli.office.workbooks.summary_book import from_summary
from mmethics_cli.office.workbooks.worksheet_book import FORMAT as WORKSHEET
from mmethics_cli.office.workbooks.worksheet_book import from_worksheet
from mmethics_cli.store.dossier.parts import DOSSIER
from mmethics_cli.store.files import make_folder, sha256, write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.manifest import digest_of
from mmethics_cli.store.submission.replies import holds_reply
from mmethics_cli.workflow.packs import Packs

_SHORTEST_PHONE: Final = 7
_TITLES: Final = {"committee": "名称", "contact": "电话"}
_ON_PAPER: Final = frozenset({".docx", ".doc", ".wps", ".pdf", ".jpg", ".jpeg", ".png", ".tif"})
_OLD_BOOKS: Final = frozenset({".xls", ".et"})
_WHAT_IS_TAKEN: Final = (
    "能收的：封存的送审（压缩包或文件夹）、办公室发出的名册、审查工作表、意见汇总和会议簿、"
    "旧登记簿（Excel）、往年登记事项的 CSV（第一行是 "
    "seq,at,event,study,case,meeting,person,data）。"
)


def _same_name(written: str, own: str) -> bool:
    return plain(written) == plain(own)


def _same_phone(written: str, own: str) -> bool:
    """Whether a telephone stands among the office's contacts; true where these name none."""
    first, second = ("".join(filter(str.isdecimal, plain(text))) for text in (written, own))
    return len(second) < _SHORTEST_PHONE or first in second or second in first


_SAME: Final = {"committee": _same_name, "contact": _same_phone}


def _instead_of(path: Path) -> str:
    """What to hand in, where what was handed in is something else that lies about on a desk."""
    if (path / DOSSIER).is_file():
        return "这是申请人的卷宗：要收的是 submissions/ 里封存的那一次，或 submit --zip 的压缩包。"
    if (path / SETTINGS).is_file():
        return "这是办公室的文件夹。"
    if holds_reply(path):
        return "这是办公室发出的回件，给申请人用：mmethics record 卷宗 --from 回件.zip。"
    if path.suffix.lower() in _OLD_BOOKS:
        return "旧格式的 Excel 不收，请另存为 .xlsx 再收。"
    if path.suffix.lower() in _ON_PAPER:
        return (
            "手写的工作表照着填进发出的 .xlsx 再收；签字的扫描件存进案卷："
            "mmethics office file 受理号 --paper 名称 --scan 文件。"
        )
    return _WHAT_IS_TAKEN


class Taken(Struct, frozen=True):
    """What was handed in and what became of it, in Chinese; `done` when it is registered."""

    text: str
    done: bool = True


class Desk:
    """Takes things for an office; `now` is the minute, `actor` who types."""

    def __init__(self, office: OfficeFolder, packs: Packs, now: str, actor: str) -> None:
        self.office = office
        self.pack = office_pack(packs, office)
        self.now = now
        self.actor = actor

    def take(self, path: Path, *, yes: bool = False) -> Taken:
        """Take one file or folder. Raises EthicsError for what can't be recognised or taken."""
        if not path.exists():
            raise EthicsError(f"没有“{path}”。请核对名称，或先 cd 到它所在的文件夹。")
        if path.name.startswith(("~$", ".~")):
            raise EthicsError(
                f"“{path.name}”是 Word、Excel 打开文件时的临时记号。请存盘、关闭，再收真正的文件。"
            )
        if path.is_file() and not zipfile.is_zipfile(path) and is_event_file(path):
            return self._past_events(path, yes=yes)
        if is_package(path):
            return self._package(path)
        if is_book(path):
            book = read_book(path)
            return self._book(path, book) if book else self._old_register(path, yes=yes)
        raise EthicsError(f"认不出“{path}”是什么。{_instead_of(path)}")

    def _book(self, path: Path, book: OfficeBook) -> Taken:
        with self.office.register().writing() as register:
            data = path.read_bytes()
            place = self._place(book, data)
            happenings = self._told(register, book, path)
            if happenings:
                kept = {**happenings[0].data, FILES: {place: sha256(data)}}
                happenings[0] = replace(happenings[0], data=kept)
            events = record(register, self.pack.kinds, happenings, self.now, self.actor)
            case = register.get(Case, book.about.get("case", ""))
            told = list(said(self.pack.kinds, events, register))
            more = self._after_worksheet(register, book)
            if events:
                # Before the event is there for good, which never speaks of a file that is not; and
                # after all that can refuse it, for no file lies there without its event.
                make_folder(self.office.path / RETURNED)
                write_atomic(self.office.path / place, data)
        if book.format == MEETING_BOOK:
            meeting = book.about["meeting"]
            return Taken(
                f"{path.name}：会议 {meeting} 的会议簿，登记 {len(events)} 条。决定：\n"
                f"{self.office.command('decide', meeting)}"
            )
        if book.format == ROSTER:
            if not events:
                return Taken(f"{path.name}：名册里没有新的委员，任期也没有改，没有登记。")
            return Taken(f"{path.name}：名册，新登记 {len(events)} 名委员的任期。")
        title = "意见汇总" if book.format == SUMMARY else "审查工作表"
        lines = [f"{path.name}：{title}", *told]
        lines += [case_line(self.pack.kinds, case)] if case else []
        return Taken("\n".join([*lines, *more]))

    def _after_worksheet(self, register: Writing, book: OfficeBook) -> list[str]:
        """Once all worksheets of a case are in: what they say together, and whether that is all."""
        case = register.get(Case, book.about.get("case", ""))
        if book.format != WORKSHEET or case is None or case.state != "accepted":
            return []
        sheets = reviewing(register, case)
        if any(each.state != "returned" for each in sheets):
            return []
        # Loaded late: what makes papers takes long to load.
        from mmethics_cli.office.papers.outgoing import outbox, write_summary
        from mmethics_cli.office.papers.paper_desk import PaperDesk

        desk = PaperDesk(self.office, self.pack, register, self.now)
        path = write_summary(desk, case, outbox(desk, case_name(case)))
        lines = ["工作表已交齐，意见汇总写在：", f"  {path}"]
        if case.method == SIMPLIFIED and len(sheets) >= reviewers_needed(case):
            again = self.office.command("decide", case_name(case))
            lines += ["意见一致，可以决定：", again]
        return lines

    def _told(self, state: Lookup, book: OfficeBook, path: Path) -> list[Happening]:
        """What a workbook tells, by its format."""
        if book.format == MEETING_BOOK:
            return from_meeting_book(state, book, self.pack, self.now)
        if book.format == WORKSHEET:
            return from_worksheet(state, book, self.pack, self.now)
        if book.format == SUMMARY:
            return [from_summary(state, book, self.now)]
        if book.format == ROSTER:
            return from_roster(state, book, self.pack.kinds["member_appointed"], self.now)
        raise EthicsError(f"“{path.name}”这一种工作簿（{book.format}）不收。")

    def _place(self, book: OfficeBook, data: bytes) -> str:
        """Where a workbook is kept as it came, in the office's folder."""
        kind = book.format.split("/")[1]
        about = (book.about[name] for name in ("case", "meeting", "person") if name in book.about)
        name = "-".join((self.now.partition("T")[0], kind, *about, sha256(data)[:8]))
        return f"{RETURNED}/{legal_name(name)}.xlsx"

    def _package(self, path: Path) -> Taken:
        package = read_package(path, self.pack.standard, self.pack.study_facts)
        with self.office.register().writing() as register:
            happening = receive(
                register, package.kind, package.digest, package.facts, self.now, package.name
            )
            # A round that a later one replaced is no longer the case's own.
            for each in register.events(study=happening.study):
                digest = each.what.data.get("digest")
                if each.what.kind in BRINGS_PACKAGE and digest == package.digest:
                    raise ActRefused(f"这份送审已经收过：{each.what.case}，后来的补正代替了它。")
            warnings = list(self._warnings(register, happening.study, package))
            events = record(register, self.pack.kinds, [happening], self.now, self.actor)
            # The file first: an event never speaks of one that is not there.
            write_atomic(self.office.path / CASES / happening.data["package"], package.data)
            case = register.get(Case, happening.case)
            told = list(said(self.pack.kinds, events, register))
        assert case is not None
        title = package.facts.get("title", "")
        pathway = self.pack.kinds["accepted"].labels.get(case.pathway, "未定")
        told.append(case_line(self.pack.kinds, case))
        lines = [f"{path.name}：{title}", f"审查路径：{pathway}", *told]
        return Taken("\n".join(lines + [f"注意：{warning}" for warning in warnings]))

    def _warnings(self, state: Lookup, study: str, package: SealedPackage) -> Iterator[str]:
        """What the secretary should know of a package that is taken.

        Raises ActRefused for changes of something that the office did not approve.
        """
        law = self.pack.decisions
        fault = package.baseline and baseline_fault(state, study, package.baseline, law)
        if fault and kind_of(law.standard, package.kind).of_the_study:
            raise ActRefused(
                f"不能收：{fault}。"
                "请申请人先照回件记下批准（mmethics record --from 回件.zip），再封存。"
            )
        if fault:
            yield f"{fault}。照收，请与申请人核对。"
        for key, told in package.committee.items():
            own = self.office.setting(key)
            if own and not _SAME[key](told, own):
                yield (
                    f"卷宗里写的伦理委员会{_TITLES[key]}是“{told}”，office.yaml 里是“{own}”。"
                    "给参与者的文件印着卷宗里的，请核对是哪一边要改。"
                )

    def _old_register(self, path: Path, *, yes: bool) -> Taken:
        columns = self.pack.old_register
        with self.office.register().writing(whole=True) as register:
            old_register = look_into(path, columns, self.pack.kinds, register)
            text = register_summary(old_register, path.name, self.pack.kinds)
            if old_register.refused or not old_register.told:
                return Taken(f"{text}\n没有导入：请先改正不能导入的行。", done=False)
            if not yes:
                return Taken(f"{text}\n还没有导入。看过以后加 --yes 再运行一次。", done=False)
            self._import(register, path, old_register.rows, rows_to_import(old_register))
        return Taken(f"{text}\n已导入 {len(old_register.told)} 条。")

    def _import(
        self, register: Writing, path: Path, rows: int, happenings: Iterable[Happening]
    ) -> None:
        """Write down what a file tells of the past, once. Raises EthicsError."""
        digest = digest_of(path)
        begun = register.of_kind("import_begun")
        if any(each.what.data.get("digest") == digest for each in begun):
            raise EthicsError(f"“{path.name}”已经导入过，不再导入第二次。")
        data = {"file": path.name, "digest": digest, "rows": rows}
        register.append(Happening("import_begun", self.now, data=data), self.now, self.actor)
        for happening in happenings:
            register.append(happening, self.now, self.actor)

    def _past_events(self, path: Path, *, yes: bool) -> Taken:
        past = look_through(path, self.pack.kinds)
        text = summary(past, path.name)
        if past.refused or not past.rows:
            return Taken(f"{text}\n没有导入：请先改正读不了的行。", done=False)
        if not yes:
            return Taken(f"{text}\n还没有导入。看过以后加 --yes 再运行一次。", done=False)
        with self.office.register().writing(whole=True) as register:
            self._import(register, path, past.rows, past_happenings(path))
        return Taken(f"{text}\n已导入 {past.rows} 条。")
