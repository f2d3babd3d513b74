"""查阅、复印、借阅: asked for on a form, allowed, done with copies of their own, returned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.errors import DocumentError, EthicsError
from mmethics_cli.formats.word.watermark import with_watermark
from mmethics_cli.office.acting import record, said
from mmethics_cli.office.archive.capacities import (
    ALL,
    APPROVERS,
    SECRETARY,
    Capacity,
    LendableItem,
)
from mmethics_cli.office.archive.records import Access, ArchivedPaper
from mmethics_cli.office.archive.sealed import files_in
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import LENT, OfficeFolder, write_kept
from mmethics_cli.office.law.acceptance import ActRefused, find_case, next_number
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.packages import BRINGS_PACKAGE, kept_papers
from mmethics_cli.office.papers.paper_desk import PaperDesk, day_said
from mmethics_cli.office.register.database import Reading, Writing
from mmethics_cli.office.sent_papers import sent_on, sent_papers
from mmethics_cli.office.state import Case, RegisteredStudy
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.archive import sealed_files
from mmethics_cli.wording.citation import cite_with_mark
from mmethics_cli.workflow.packs import Packs

KINDS: Final = {"copy": "复印", "loan": "借阅", "consult": "查阅"}
STATES: Final = {
    "requested": "等批准", "approved": "已批准，等办理", "refused": "不同意", "done": "已办理",
    "returned": "已归还",
}  # fmt: skip
_FORM: Final = "申请表.docx"
_SHEET: Final = "00-交付单.docx"


class AccessAsked(Struct, frozen=True):
    """What somebody asks for: who, in which capacity, what, how, what for, by which letter."""

    person: str
    capacity: str
    want: tuple[str, ...]
    kind: str = "copy"
    purpose: str = ""
    proof: str = ""


class _Copy(Struct, frozen=True):
    """A file to be copied: its name, its bytes, and whether it is what the volume keeps.

    What is not was written by the program and never came back signed.
    """

    name: str
    data: bytes
    filed: bool = True


class Lending:
    """Lends what is kept; `now` is the minute, `actor` who types."""

    def __init__(self, office: OfficeFolder, packs: Packs, now: str, actor: str) -> None:
        self.office = office
        self.pack = office_pack(packs, office)
        self.now = now
        self.actor = actor

    def request(self, study: str, asked: AccessAsked) -> list[str]:
        """Enter a request, write its form, and do it at once where the secretary may allow it.

        Raises ActRefused, EthicsError, WorkspaceError.
        """
        law = self.pack.lending
        capacity = law.capacity(asked.capacity)
        if not asked.person or not asked.want:
            raise EthicsError("谁要什么？写 --for 姓名、--as 身份、--want 材料（用逗号隔开）。")
        if capacity.proof and not asked.proof:
            raise EthicsError(
                f"{capacity.title}要有凭证：写 --letter 公函、委托函的文号或存放位置。"
            )
        with self.office.register().writing() as register:
            registered = register.get(RegisteredStudy, study)
            name = registered.id if registered else find_case(register, study).study
            number = next_number(register, Access, "id", f"{self.now[:4]}-阅-")
            data = {
                "request": number, "kind": asked.kind, "capacity": capacity.id,
                "want": list(asked.want), "items": len(asked.want), "purpose": asked.purpose,
                "proof": asked.proof,
            }  # fmt: skip
            lines = self._record(register, "access_requested", name, asked.person, data)
            access = register.get(Access, number)
            assert access is not None
            reasons = self._reasons(access, capacity)
            self._write_form(register, access, capacity)
            if capacity.approver == SECRETARY and not any(reasons):
                lines += self._approve(register, access, self._secretary)
                lines += self._do(register, number)
            else:
                told = zip(asked.want, reasons, strict=True)
                lines += [f"  {word}：{why}" for word, why in told if why]
                who = self._approver(capacity)
                lines.append(f"申请表：{self._folder(access) / _FORM}，由{who}批准。批准以后：")
                lines.append(f"mmethics office lend {number} --approve 批准人")
        return lines

    def decide(self, number: str, by: str, refusal: str = "") -> list[str]:
        """Allow a request, and make its copies; or refuse it with a reason.

        Raises ActRefused, EthicsError, WorkspaceError.
        """
        with self.office.register().writing() as register:
            access = self._access(register, number, "requested")
            capacity = self.pack.lending.capacity(access.capacity)
            if refusal:
                if capacity.approver == "told":
                    raise ActRefused(f"{capacity.title}的查阅只告知主任委员，不能拒绝。")
                data = {"request": number, "reason": refusal, "by": by}
                return self._record(register, "access_refused", access.study, access.person, data)
            lines = self._approve(register, access, by)
            return [*lines, *self._do(register, number)]

    def give_back(self, number: str) -> list[str]:
        """A loan came back. Raises ActRefused, EthicsError."""
        with self.office.register().writing() as register:
            access = self._access(register, number, "done")
            if access.kind != "loan":
                raise ActRefused(f"{number} 是{KINDS[access.kind]}，没有借出原件，不用归还。")
            data = {"request": number}
            return self._record(register, "access_returned", access.study, access.person, data)

    def overview(self, name: str = "") -> list[str]:
        """Every request, or those of a study or number, a line each. Raises EthicsError."""
        with self.office.register().reading() as register:
            requests = list(register.where(Access))
            if name and not any(name == each.id for each in requests):
                study = register.get(RegisteredStudy, name)
                name = study.id if study else find_case(register, name).study
            lines = [access_line(each) for each in requests if name in ("", each.id, each.study)]
            return lines or ["还没有查阅、复印、借阅。申请写 --for 姓名 --as 身份 --want 材料。"]

    def _access(self, register: Reading, number: str, state: str) -> Access:
        access = register.get(Access, number)
        if access is None:
            raise EthicsError(f"没有申请“{number}”。全部：mmethics office lend。")
        if access.state != state:
            raise ActRefused(f"{number} 现在是“{STATES[access.state]}”。")
        return access

    def _reasons(self, access: Access, capacity: Capacity) -> list[str]:
        """Why each thing wanted needs more than the capacity; empty where it does not."""
        law = self.pack.lending
        return [
            "来函写明的才给，逐项批准" if capacity.asked else law.refusal(capacity, law.item(word))
            for word in access.want
        ]

    @property
    def _secretary(self) -> str:
        return self.office.setting("secretary") or APPROVERS[SECRETARY]

    def _approver(self, capacity: Capacity) -> str:
        """Who is to allow it; a secretary by name, where office.yaml tells it."""
        who, name = APPROVERS[capacity.approver], self.office.setting("secretary")
        return f"{who}{name}" if capacity.approver == SECRETARY else who

    def _approve(self, register: Writing, access: Access, by: str) -> list[str]:
        data = {"by": by, "request": access.id}
        lines = self._record(register, "access_approved", access.study, access.person, data)
        return [*lines, f"批准人：{by}"]

    # Doing it.

    def _do(self, register: Writing, number: str) -> list[str]:
        access = register.get(Access, number)
        assert access is not None
        capacity = self.pack.lending.capacity(access.capacity)
        copies, left_out = self._copies(register, access, capacity)
        data: dict[str, Any] = {"request": number, "kind": access.kind, "copies": len(copies)}
        if access.kind == "loan":
            day = date.fromisoformat(self.now.partition("T")[0])
            due = day + timedelta(days=self.pack.clocks["loan"].days)
            data["due"] = due.isoformat()
        elif copies:
            data["folder"] = f"{LENT}/{self._folder(access).name}"
            data["files"] = [copy.name for copy in copies]
            self._write_copies(register, access, copies, left_out)
        lines = self._record(register, "access_done", access.study, access.person, data)
        lines += [f"没有给：{word}（{why}）" for word, why in left_out]
        if access.kind == "loan":
            lines.append(
                f"借出原件，应于 {data['due']} 归还：mmethics office lend {number} --return"
            )
        elif copies:
            lines.append(f"复印件 {len(copies)} 件：{self._folder(access)}")
        return lines

    def _copies(
        self, register: Reading, access: Access, capacity: Capacity
    ) -> tuple[list[_Copy], list[tuple[str, str]]]:
        """The files to give, and what is not given with the reason."""
        law = self.pack.lending
        copies: dict[str, _Copy] = {}
        left_out = []
        for word in access.want:
            item = law.item(word)
            # Names of reviewers and votes never leave but where the row says all.
            if item is not None and item.names and not capacity.sees_all:
                left_out.append((word, law.refusal(capacity, item)))
                continue
            found = list(self._files(register, access.study, word, item, names=capacity.sees_all))
            if not found:
                left_out.append((word, "案卷里没有电子的，纸件由秘书办理"))
            for copy in found:
                copies[copy.name] = copy
        return list(copies.values()), left_out

    def _files(
        self, register: Reading, study: str, word: str, item: LendableItem | None, *, names: bool
    ) -> Iterator[_Copy]:
        whole = item is not None and item.source == ALL
        titles = item.titles if item is not None else (word,)
        if item is None or item.source in ("package", ALL):
            for kept in kept_papers(register.events(study=study)):
                if kept.kind in BRINGS_PACKAGE and kept.place.endswith(".zip"):
                    yield from self._sealed(self.office.path / kept.place, titles, whole=whole)
        items = self.pack.lending.items.values()
        with_names = {kind for each in items if each.names for kind in each.kinds}
        for paper in register.where(ArchivedPaper, volume=study):
            wanted = whole or (item is not None and paper.kind in item.kinds)
            wanted = wanted or (item is None and word in paper.title)
            path = self.office.path / paper.file
            if not wanted or not paper.file or paper.kind == "package" or not path.is_file():
                continue
            if names or paper.kind not in with_names:
                yield _Copy(path.name, path.read_bytes())
        for each in items:
            if whole or each == item:
                yield from self._sent_out(register, study, each)

    def _sent_out(self, register: Reading, study: str, item: LendableItem) -> Iterator[_Copy]:
        """What the program wrote of each case of which nothing signed is filed."""
        filed = {
            paper.case
            for paper in register.where(ArchivedPaper, volume=study)
            if paper.file and paper.kind in item.kinds
        }
        for case in register.where(Case, study=study):
            if case.id not in filed:
                for path in sent_papers(self.office, self.pack.standard, case, item.documents):
                    yield _Copy(f"{sent_on(path)}-{path.name}", path.read_bytes(), False)

    def _sealed(self, package: Path, titles: Sequence[str], *, whole: bool) -> Iterator[_Copy]:
        if not package.is_file():
            return
        for each in files_in(package):
            if whole or any(title in each.title for title in titles):
                data = sealed_files(package, each.name)[each.name]
                yield _Copy(each.name.rpartition("/")[2], data)

    def _write_copies(
        self,
        register: Reading,
        access: Access,
        copies: Sequence[_Copy],
        left_out: Sequence[tuple[str, str]],
    ) -> None:
        folder, mark = self._folder(access), f"复印件 {access.id}"
        rows = []
        for number, copy in enumerate(copies, 1):
            name = legal_name(f"{number:02d}-{copy.name}", keep=20)
            data, marked = copy.data, "以交付单为准"
            if name.endswith(".docx"):
                try:
                    data = with_watermark(copy.data, mark)
                except DocumentError:
                    data = copy.data
                if data != copy.data:
                    marked = "水印"
            if not copy.filed:
                marked += "；没有签字的文本"
            write_kept(folder / name, data)
            rows.append({"name": name, "mark": marked, "digest": sha256(copy.data)[:16]})
        study = register.get(RegisteredStudy, access.study)
        acts = {
            "number": access.id, "person": access.person,
            "done_on": day_said(self.now.partition("T")[0]), "approved": access.approved_by,
            "study": study.title if study else access.study,
        }  # fmt: skip
        missing = tuple({"title": word, "reason": why} for word, why in left_out)
        told = {"files": tuple(rows), "left_out": missing}
        write_kept(folder / _SHEET, self._desk(register).own("copy_sheet", acts, told))

    def _write_form(self, register: Reading, access: Access, capacity: Capacity) -> None:
        law, study = self.pack.lending, register.get(RegisteredStudy, access.study)
        cited = "；".join(
            cite_with_mark(self.pack.standard, (each,))
            for each in capacity.basis
            if each.source in self.pack.standard.sources
        )
        acts = {
            "number": access.id, "requested_on": day_said(access.requested_at.partition("T")[0]),
            "person": access.person, "kind": KINDS[access.kind], "capacity": capacity.title,
            "proof": access.proof or "—", "purpose": access.purpose or "—",
            "study": study.title if study else access.study, "due": "—",
            "approver": self._approver(capacity), "basis": cited or "实践",
        }  # fmt: skip
        reasons = self._reasons(access, capacity)
        items = tuple(
            {"title": item.title if (item := law.item(word)) else word, "allowed": why or "可以"}
            for word, why in zip(access.want, reasons, strict=True)
        )
        data = self._desk(register).own("access_request", acts, {"items": items})
        write_kept(self._folder(access) / _FORM, data)

    def _desk(self, register: Reading) -> PaperDesk:
        return PaperDesk(self.office, self.pack, register, self.now)

    def _folder(self, access: Access) -> Path:
        return self.office.path / LENT / legal_name(f"{access.id}-{access.person}")

    def _record(
        self, register: Writing, kind: str, study: str, person: str, data: dict[str, Any]
    ) -> list[str]:
        happening = Happening(kind, self.now, study, person=person, data=data)
        events = record(register, self.pack.kinds, [happening], self.now, self.actor)
        return list(said(self.pack.kinds, events))


def access_line(access: Access) -> str:
    """A request and where it stands, in one line."""
    due = f"　应还 {access.due}" if access.due and access.state == "done" else ""
    kind = KINDS.get(access.kind, access.kind)
    return f"{access.id}　{access.study}　{access.person}　{kind}　{STATES[access.state]}{due}"
