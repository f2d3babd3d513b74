"""Where strangers' files come in, each with whole inputs to begin from and a way to read one.

A reader is the use case that the command calls; it may refuse an input as the program refuses, and
do nothing else.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import openpyxl
import yaml

from mmethics_cli.core.interview.reuse import carry_over
from mmethics_cli.core.standard.build import build
from mmethics_cli.errors import EthicsError
from mmethics_cli.sheets.merge import merge
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.store.dossier.answers_file import read_answers
from mmethics_cli.store.files import sha256
from mmethics_cli.store.overlay import Overlay
from mmethics_cli.store.pack import load
from mmethics_cli.store.submission.archive import verify_zip, zip_submission
from mmethics_cli.store.submission.manifest import FORMAT, manifest_bytes, verify_folder
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.store.yaml.reader import YamlFile, decode, parse
from mmethics_cli.workflow.creating import make_of_answers
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.packs import Packs
from mmethics_cli.workflow.reuse import make_of_earlier
from mmethics_cli.workflow.workbook import ledger_of, workbook_of
from tests.core.small_pack import trees
from tests.fuzz.mutations import mutated, mutated_zip
from tests.program import ROOT, STUDIES

OWN_PACK: Final = ROOT / "tests" / "own_pack"
TODAY: Final = date(2027, 3, 1)
# What ends as a message and the exit code 2; anything else would be 70.
REFUSED: Final = (EthicsError, OSError, UnicodeEncodeError)
# The dearest way through an entrance is taken once in so many inputs.
_SELDOM: Final = 50

Mutate = Callable[[bytes, Random], bytes]


class Entrance(NamedTuple):
    """`seeds` are whole inputs, `read` reads one in a folder of its own; `number` is its number."""

    seeds: Callable[[Path], list[bytes]]
    read: Callable[[bytes, Path, int], object]
    mutate: Mutate = mutated


@cache
def packs() -> Packs:
    return Packs()


SEALED: Final = {
    "documents/01-清单.docx": b"PK\x03\x04 list",
    "attachments/方案.pdf": b"%PDF-1.7 %%EOF",
    "snapshot.yaml": b"project: {title: x}\n",
}


def sealed(folder: Path) -> Path:
    """A small sealed submission."""
    for name, data in SEALED.items():
        file = folder / "01-initial" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    files = {name: sha256(data) for name, data in SEALED.items()}
    content = {"format": FORMAT, "tool": "mmethics", "sealed": "2027-03-01", "files": files}
    (folder / "01-initial" / "manifest.json").write_bytes(manifest_bytes(content))
    return folder / "01-initial"


def _manifests(folder: Path) -> list[bytes]:
    return [(sealed(folder) / "manifest.json").read_bytes()]


def _read_manifest(data: bytes, folder: Path, number: int) -> object:
    submission = folder / "01-initial"
    if not submission.exists():
        sealed(folder)
    (submission / "manifest.json").write_bytes(data)
    return verify_folder(submission)


def _archives(folder: Path) -> list[bytes]:
    zip_submission(sealed(folder), folder / "sealed.zip")
    return [(folder / "sealed.zip").read_bytes()]


def _read_archive(data: bytes, folder: Path, number: int) -> object:
    (folder / "sealed.zip").write_bytes(data)
    return verify_zip(folder / "sealed.zip")


ANSWERS: Final = """\
# 一份回答
event: {kind: initial}
project:
  title: 胸部影像与基因数据的研究
  kind: database
  start_date: 2027年4月1日
design: {collection: retrospective, sample_size_total: '3,208例'}
participants:
  population: [patients]
  vulnerable: [minors]
  age_min: '0'
  costs: 不收费
data:
  assets:
    - id: a1
      name: CT
      modality: imaging
      period_start: 2013年1月
    - {id: a2, name: "外显子\\u3000", subjects: ０１３７}
  storage: |
    第一行
    第二行
sharing: {cross_border: no, recipients: none}
attachments:
  - {id: p, kind: protocol, title: 方案, version: V1.0, date: 20270301, file: 方案.pdf}
self_check:
  BEN-01: {answer: met, note: 见方案}
documents: {consent_adult: {version: '1.1', date: 2027-03-01}}
"""


def _read_answers(data: bytes, folder: Path, number: int) -> object:
    file = folder / "answers.yaml"
    file.write_bytes(data)
    if number % _SELDOM == 0:
        shutil.rmtree(folder / "new", ignore_errors=True)
        return make_of_answers(folder / "new", file, packs())
    answers = read_answers(file, packs().of().standard)
    answers.require_all_read()
    return answers.canonical


@cache
def _ledger_dossier(folder: Path) -> Dossier:
    if not (folder / "study").exists():
        (folder / "a.yaml").write_text(ANSWERS, encoding="utf-8")
        make_of_answers(folder / "study", folder / "a.yaml", packs())
    return open_dossier(folder / "study", TODAY, packs())


def _workbooks(folder: Path) -> list[bytes]:
    whole = workbook_of(_ledger_dossier(folder), TODAY)
    # The sheets of lists and of first questions, as another program saves them: little to read.
    book = openpyxl.load_workbook(io.BytesIO(whole))
    for name in ("问卷", "审查要点自查", "研究团队", "参加单位", "填写说明"):
        del book[name]
    held = io.BytesIO()
    book.save(held)
    return [*[held.getvalue()] * 9, whole]


def _read_workbook(data: bytes, folder: Path, number: int) -> object:
    return merge(read_workbook(data), ledger_of(_ledger_dossier(folder)), named_refusal)


# The files of an earlier dossier, one behind the other: each input is one of them, mutated.
_EARLIER: Final = ("dossier.yaml", "institution.yaml", "self-check.yaml", "submission.yaml")


def _earlier(folder: Path) -> list[bytes]:
    study = STUDIES / "prospective-ecg"
    paths = [study / "submissions/01-initial" / _EARLIER[3], *(study / one for one in _EARLIER[:3])]
    return [f"{path.name}\n".encode() + path.read_bytes() for path in paths]


def _read_earlier(data: bytes, folder: Path, number: int) -> object:
    old = folder / "old"
    if not old.exists():
        shutil.copytree(STUDIES / "prospective-ecg", old)
    name, _, text = data.partition(b"\n")
    place = old / "submissions/01-initial" if name == b"submission.yaml" else old
    file = place / (name.decode("utf-8", "replace") if name.decode() in _EARLIER else _EARLIER[0])
    whole = file.read_bytes()
    try:
        file.write_bytes(text)
        if number % _SELDOM == 0:
            shutil.rmtree(folder / "new", ignore_errors=True)
            return make_of_earlier(folder / "new", old, TODAY, None, packs())
        return carry_over(open_dossier(old, TODAY, packs()).facts, packs().of().standard, TODAY)
    finally:
        file.write_bytes(whole)


def _keeping_first_line(data: bytes, random: Random) -> bytes:
    name, _, text = data.partition(b"\n")
    return name + b"\n" + mutated(text, random)


def _small_pack(folder: Path) -> list[bytes]:
    return [f"{file.name}\n{file.text}".encode() for file in _small_files().values()]


@cache
def _small_files() -> Mapping[str, YamlFile]:
    return {
        name: YamlFile(tree, name, yaml.safe_dump(tree, allow_unicode=True))
        for name, tree in trees().items()
    }


def _read_over_small(data: bytes, folder: Path, number: int) -> object:
    """An overlay's file over the small pack: the way of every pack, in little time."""
    line, _, text = data.partition(b"\n")
    name = line.decode()
    merging = Overlay(_small_files())
    merging.lay(name, parse(decode(text, name), name))
    merging.finish()
    merged = merging.files
    return build(
        {one: file.tree for one, file in merged.items()},
        lambda one, keys: merged[one].locate(keys),
    )


def _own_pack(folder: Path) -> list[bytes]:
    shutil.copytree(OWN_PACK, folder / "pack")
    return [
        f"{file.relative_to(OWN_PACK).as_posix()}\n".encode() + file.read_bytes()
        for file in sorted(OWN_PACK.rglob("*.yaml"))
    ]


def _read_own_pack(data: bytes, folder: Path, number: int) -> object:
    """A hospital's pack, one of its files mutated, over the shipped one."""
    line, _, text = data.partition(b"\n")
    file = folder / "pack" / line.decode()
    whole = file.read_bytes()
    try:
        file.write_bytes(text)
        return load(folder / "pack", ("cases", "worksheets")).standard()
    finally:
        file.write_bytes(whole)


ENTRANCES: Final[Mapping[str, Entrance]] = {
    "verify a folder": Entrance(_manifests, _read_manifest),
    "verify a zip": Entrance(_archives, _read_archive, mutated_zip),
    "sheet import": Entrance(_workbooks, _read_workbook, mutated_zip),
    "new --answers": Entrance(lambda folder: [ANSWERS.encode()], _read_answers),
    "new --from": Entrance(_earlier, _read_earlier, _keeping_first_line),
    "a pack": Entrance(_small_pack, _read_over_small, _keeping_first_line),
    "an own pack": Entrance(_own_pack, _read_own_pack, _keeping_first_line),
}
