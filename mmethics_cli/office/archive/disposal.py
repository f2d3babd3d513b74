"""鉴定销毁: volumes past their day are listed, appraised, and destroyed only as a list approves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import CellRule, SheetCell, SheetColumn, SheetRow
from mmethics_cli.office.acting import record, said
from mmethics_cli.office.archive import law
from mmethics_cli.office.archive.filing import volume_line, volume_title
from mmethics_cli.office.archive.records import STUDY, ArchivedPaper, Volume
from mmethics_cli.office.events import FILES, Event, Happening
from mmethics_cli.office.folder import ARCHIVE, OUTBOX, OfficeFolder, write_kept
from mmethics_cli.office.law.acceptance import ActRefused
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.packages import kept_papers
from mmethics_cli.office.register.database import Reading, Writing
from mmethics_cli.office.workbooks.book import OfficeBook, book_file, read_book
from mmethics_cli.sheets.page import ENTRY, PLAIN, drop_down, input_cell, page
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import legal_name
from mmethics_cli.workflow.packs import Packs

FORMAT: Final = "mmethics/disposal/1"
LISTS: Final = f"{ARCHIVE}/清册"
_MARK: Final = "volumes"
_OUTCOMES: Final = {"销毁": "destroy", "延长": "keep"}
_WITNESSES: Final = 2


class DisposalApproval(Struct, frozen=True):
    """Who approved a destruction, by which paper (a file or its place), and who watched it."""

    by: str = ""
    paper: str = ""
    witnesses: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        return bool(self.by or self.paper or self.witnesses)


class Disposal:
    """Appraises and destroys; `now` is the minute, `actor` who types."""

    def __init__(self, office: OfficeFolder, packs: Packs, now: str, actor: str) -> None:
        self.office = office
        self.pack = office_pack(packs, office)
        self.now = now
        self.actor = actor

    def list_due(self) -> list[str]:
        """Write the list of the volumes past their day, to be appraised. Raises WorkspaceError."""
        day = self.now.partition("T")[0]
        with self.office.register().writing() as register:
            past = [v for v in register.where(Volume, state="closed") if law.is_due(v, day)]
            held = {volume.id: blocks(register, volume) for volume in past}
            due = [volume for volume in past if not held[volume.id] and not volume.on_list]
            lines = [f"{name} 不列入：{'；'.join(why)}" for name, why in held.items() if why]
            lines += [f"{v.id} 在清册 {v.on_list} 里等批准销毁" for v in past if v.on_list]
            if not due:
                return [*lines, "没有期满可以鉴定的案卷。"]
            name = self._listed(register, [volume.id for volume in due])
            path = self.office.path / OUTBOX / f"{legal_name(f'销毁清册-{name}')}.xlsx"
            write_kept(path, self._book(register, name, due))
            lines += [volume_line(register, volume) for volume in due]
        return [
            *lines,
            f"清册 {name}：{path}",
            "逐卷填鉴定意见，延长的写到哪一天和理由。填好后：",
            f"mmethics office file --disposal {path}",
        ]

    def _listed(self, register: Writing, volumes: list[str]) -> str:
        """The number of a list of these volumes: the last one, where it waits to be filled in."""
        known = [event.what.data for event in register.of_kind("disposal_listed")]
        used = {event.what.data["list"] for event in register.of_kind("appraised")}
        if known and known[-1]["volumes"] == volumes and known[-1]["list"] not in used:
            return str(known[-1]["list"])
        name = f"{self.now[:4]}-清-{len(known) + 1:02d}"
        happening = Happening("disposal_listed", self.now, data={"list": name, "volumes": volumes})
        record(register, self.pack.kinds, [happening], self.now, self.actor)
        return name

    def _book(self, register: Reading, name: str, volumes: Sequence[Volume]) -> bytes:
        columns = (
            SheetColumn("案卷", 12),
            SheetColumn("题名", 40),
            SheetColumn("保管期限", 10, True),
            SheetColumn("期满日", 12, True),
            SheetColumn("件数", 7, True),
            SheetColumn("依据", 40),
            SheetColumn("鉴定意见", 10, True, role="outcome"),
            SheetColumn("延长至", 12, True, role="until"),
            SheetColumn("理由", 30, role="reason"),
        )
        rows = tuple(self._row(register, volume) for volume in volumes)
        notes = (
            f"清册 {name}。鉴定意见写“销毁”或“延长”；延长的写新的期满日和理由。",
            "销毁须有批准和两名监销人。填好后：mmethics office file --disposal 清册",
            "批准人签名：＿＿＿＿＿＿　监销人签名：＿＿＿＿＿＿　＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
        )
        title = f"{self.office.setting('committee')}　期满案卷鉴定销毁清册"
        sheet = page("清册", title, columns, rows, _MARK, notes)
        day = parse_date(self.now.partition("T")[0])
        assert day is not None
        return book_file(FORMAT, {"list": name}, (sheet,), "销毁清册", day)

    def _row(self, register: Reading, volume: Volume) -> SheetRow:
        title = volume_title(register, volume)
        papers = len(register.where(ArchivedPaper, volume=volume.id))
        told = (
            volume.id, title, f"{volume.years}年", volume.until, str(papers),
            "；".join(volume.basis),
        )  # fmt: skip
        cells = (
            input_cell(drop_down("鉴定意见", tuple(_OUTCOMES))),
            input_cell(CellRule("date", title="延长至", refusal="silent")),
            input_cell(drop_down("理由", ())),
        )
        return SheetRow((*(SheetCell(text, PLAIN) for text in told), *cells), ENTRY + volume.id)

    # A list that was filled in.

    def dispose(self, path: Path, approval: DisposalApproval) -> list[str]:
        """Record what a list appraises; with an approval destroy what it says to destroy.

        Raises ActRefused, EthicsError, WorkspaceError.
        """
        if not path.is_file():
            raise EthicsError(f"没有“{path}”。清册由 mmethics office file --disposal 写出。")
        data, book = path.read_bytes(), read_book(path)
        if book is None or book.format != FORMAT:
            raise EthicsError(f"“{path.name}”不是销毁清册。")
        if approval.given:
            return self._destroy(book, data, approval)
        return self._appraise(book, data)

    def _appraise(self, book: OfficeBook, data: bytes) -> list[str]:
        digest, faults = sha256(data), []
        with self.office.register().writing() as register:
            happenings = []
            for name in self._volumes(register, book):
                told = {
                    role: book.text(_MARK, name, role) for role in ("outcome", "until", "reason")
                }
                fault = self._fault(register, name, told)
                if fault:
                    faults.append(Problem(f"{name}：{fault}"))
                else:
                    happenings.append(self._appraisal(register, book, name, told, digest))
            if faults:
                raise EthicsError("清册没有收：", faults)
            place = f"{LISTS}/{legal_name(book.about['list'])}.xlsx"
            first = happenings[0]
            happenings[0] = replace(first, data={**first.data, FILES: {place: digest}})
            events = record(register, self.pack.kinds, happenings, self.now, self.actor)
            write_kept(self.office.path / place, data)
        destroyed = [each for each in happenings if each.data["outcome"] == "destroy"]
        lines = list(said(self.pack.kinds, events))
        if destroyed:
            lines.append(
                f"鉴定为销毁的 {len(destroyed)} 卷。批准以后：mmethics office file --disposal 清册 "
                "--approved-by 姓名 --approval 文件或位置 --witness 甲 --witness 乙"
            )
        return lines

    def _volumes(self, register: Reading, book: OfficeBook) -> list[str]:
        """The volumes of a list, as it was written. Raises EthicsError for an unknown one."""
        name = book.about.get("list", "")
        for event in register.of_kind("disposal_listed"):
            if event.what.data["list"] == name:
                return [str(each) for each in event.what.data["volumes"]]
        raise EthicsError(f"登记簿里没有清册“{name}”。")

    def _fault(self, register: Reading, name: str, told: dict[str, str]) -> str:
        volume, today = register.get(Volume, name), self.now.partition("T")[0]
        if volume is None or not law.is_due(volume, today):
            return "不是期满的案卷"
        if told["outcome"] not in _OUTCOMES:
            return "没有写鉴定意见（销毁或延长）"
        if told["outcome"] == "延长":
            day = parse_date(told["until"])
            if day is None or day.isoformat() <= today:
                return f"延长至应是今天以后的日期，现在是“{told['until']}”"
            if not told["reason"]:
                return "延长没有写理由"
            return ""
        return "；".join(blocks(register, volume))

    def _appraisal(
        self, register: Reading, book: OfficeBook, name: str, told: dict[str, str], digest: str
    ) -> Happening:
        outcome = _OUTCOMES[told["outcome"]]
        data: dict[str, Any] = {
            "volume": name, "outcome": outcome, "list": book.about["list"], "digest": digest,
            "reason": told["reason"],
        }  # fmt: skip
        day = parse_date(told["until"])
        if outcome == "keep" and day is not None:
            data["until"] = day.isoformat()
        return Happening("appraised", self.now, self._study(register, name), data=data)

    def _study(self, register: Reading, name: str) -> str:
        volume = register.get(Volume, name)
        return name if volume is not None and volume.kind == STUDY else ""

    def _destroy(self, book: OfficeBook, data: bytes, approval: DisposalApproval) -> list[str]:
        witnesses = {" ".join(name.split()) for name in approval.witnesses} - {""}
        if not approval.by or not approval.paper or len(witnesses) < _WITNESSES:
            raise ActRefused(
                "销毁须写明批准人（--approved-by）、批准的文件或位置（--approval）和两名不同的监销人"
                f"（--witness 写两次），现在监销人 {len(witnesses)} 名。"
            )
        digest, name = sha256(data), book.about.get("list", "")
        doomed: list[Path] = []
        with self.office.register().writing() as register:
            volumes = [v for v in register.where(Volume) if v.on_list == name]
            if not volumes:
                raise ActRefused(f"清册 {name} 里没有鉴定为销毁的案卷；请先收下填好的清册。")
            for volume in volumes:
                self._refuse(register, volume, digest)
            shared = {
                "list": name, "digest": digest, "approved_by": approval.by,
                "witnesses": sorted(witnesses), **self._approval(approval.paper, name),
            }  # fmt: skip
            happenings = []
            for volume in volumes:
                files = [
                    name
                    for name in dict.fromkeys(self._files(register, volume))
                    if not name.startswith(f"{LISTS}/") and (self.office.path / name).is_file()
                ]
                doomed += [self.office.path / name for name in files]
                if volume.state != "disposed":
                    more = {"volume": volume.id, "gone": files}
                    study = self._study(register, volume.id)
                    happenings.append(Happening("disposed", self.now, study, data=shared | more))
            events = record(register, self.pack.kinds, happenings, self.now, self.actor)
        # After the register says so: what is cut off here is named by verify, and done again.
        for path in doomed:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        return [
            *said(self.pack.kinds, events),
            f"已删去 {len(doomed)} 个文件；目录和登记照旧保存。",
        ]

    def _refuse(self, register: Reading, volume: Volume, digest: str) -> None:
        if volume.list_digest != digest:
            raise ActRefused(
                f"案卷 {volume.id}：这份清册与鉴定时的不是同一份，请用 {LISTS} 里的那份。"
            )
        if volume.state == "disposed":
            return
        if not law.is_due(volume, self.now.partition("T")[0]):
            raise ActRefused(f"案卷 {volume.id} 没有期满。")
        why = blocks(register, volume)
        if why:
            raise ActRefused(f"案卷 {volume.id} 不能销毁：{'；'.join(why)}。")

    def _approval(self, paper: str, name: str) -> dict[str, Any]:
        """The paper that approves: a copy of the file, which is kept, or where it lies."""
        path = Path(paper)
        if not path.is_file():
            return {"approval": paper}
        data = path.read_bytes()
        file = f"{LISTS}/{legal_name(f'{name}-批准')}{path.suffix.lower()}"
        write_kept(self.office.path / file, data)
        return {"approval": file, FILES: {file: sha256(data)}}

    def _files(self, register: Reading, volume: Volume) -> Iterator[str]:
        """The files that were kept of a volume, by their places, whether they are there or not."""
        for paper in register.where(ArchivedPaper, volume=volume.id):
            if paper.file:
                yield paper.file
        if volume.kind == STUDY:
            yield from (each.place for each in kept_papers(register.events(study=volume.id)))


def blocks(register: Reading, volume: Volume) -> list[str]:
    """Why a volume may not be destroyed now: holds, and complaints that are open."""
    why = [f"暂停销毁（{hold}）" for hold in volume.holds]
    if volume.kind == STUDY:
        kinds = [event.what.kind for event in register.events(study=volume.id)]
        if kinds.count("complaint_received") > kinds.count("complaint_closed"):
            why.append("投诉没有办结")
    return why


def gone_files(disposed: Iterable[Event]) -> frozenset[str]:
    """The files that were destroyed, by their places in the office's folder."""
    return frozenset(str(name) for event in disposed for name in event.what.data["gone"])


def disposed_text(event: Event) -> str:
    """Which volume was destroyed, by which event and list."""
    data = event.what.data
    return (
        f"已销毁：案卷 {data['volume']}（第 {event.seq} 条，清册 {data['list']}，"
        f"校验值 {data['digest'][:16]}）"
    )
