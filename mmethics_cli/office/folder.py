"""An office's folder: its settings in office.yaml, its register, and what it keeps beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml.reader import read_file, reason
from mmethics_cli.wording.shell import shell_word

if TYPE_CHECKING:
    from mmethics_cli.office.register.database import Register

SETTINGS: Final = "office.yaml"
CASES: Final = "cases"  # sealed packages, each under its case
OUTBOX: Final = "outbox"  # worksheets that go out to people
ROSTER: Final = "roster.xlsx"
ARCHIVE: Final = "archive"  # scanned papers, each under its volume; lists of what is destroyed
LENT: Final = "lent"  # request forms and copies, each request in a folder of its own
MEETINGS: Final = "meetings"  # each meeting's book
RETURNED: Final = "returned"  # workbooks that came back filled, as they came
BACKUPS: Final = "backup"
_FIRST_LINES: Final = (
    "# 伦理办公室的设置。登记簿在 register.db（或下面的 database），这里只写办公室自己的事。"
)


class Setting(Struct, frozen=True):
    """One thing that an office says about itself."""

    key: str
    label: str
    help: str
    default: str = ""


# What `init` asks.
SETTINGS_ASKED: Final = (
    Setting("committee", "委员会名称", "通知书、批件和会议记录的抬头", "医学伦理委员会"),
    Setting("institution", "机构名称", "委员会所在的机构"),
    Setting("secretary", "秘书姓名", "登记时记作经手人"),
    Setting("contact", "联系方式", "电话或电子邮箱，印在通知书上"),
    Setting("place", "办公地点", "收件与会议的地点"),
    Setting("case_numbers", "受理号的字", "受理号如 2027-受-0012 中间的字", "受"),
    Setting("letter_numbers", "批件号的字头", "批件号如 伦审2027-0012 前面的字", "伦审"),
    Setting(
        "database",
        "数据库",
        "空着用本文件夹里的 SQLite；几个人合用写 postgresql://用户:密码@服务器/数据库",
    ),
)
_KEYS: Final = tuple(setting.key for setting in SETTINGS_ASKED) + ("pack",)


class OfficeFolder(Struct, frozen=True):
    """An office: where it lies and what it says about itself, by the keys of `SETTINGS_ASKED`."""

    path: Path
    settings: Mapping[str, str]

    def setting(self, key: str) -> str:
        """What it says, else the default; empty where it says nothing."""
        default = next((each.default for each in SETTINGS_ASKED if each.key == key), "")
        return self.settings.get(key, "") or default

    def command(self, *words: str | Path) -> str:
        """A command of the office, as it is typed where this one was."""
        where = () if self.path == Path() else ("--office", self.path)
        return " ".join(("mmethics office", *map(shell_word, (*where, *words))))

    @property
    def overlay(self) -> Path | None:
        """The institution's pack that office.yaml names under `pack`."""
        named = self.settings.get("pack", "")
        return (self.path / named).resolve() if named else None

    def register(self) -> Register:
        """Its register, with an index as this version of the program makes it.

        Raises WorkspaceError where it can't be used.
        """
        # Loaded late: SQLAlchemy takes longer than all else.
        from mmethics_cli.office.register.database import FILE, open_register

        url = self.settings.get("database", "")
        if not url and not (self.path / FILE).exists():
            raise WorkspaceError(f"“{self.path}”里没有登记簿 {FILE}。请从备份恢复，不要新建。")
        register = open_register(self.path, url)
        register.renew()
        return register


def open_office(folder: Path) -> OfficeFolder:
    """The office in a folder. Raises WorkspaceError where there is none, UnreadableFile."""
    path = folder / SETTINGS
    if not path.is_file():
        raise WorkspaceError(
            f"“{folder}”里没有 {SETTINGS}，不是伦理办公室的文件夹。"
            "先 cd 到办公室的文件夹，或写 --office DIR；新建：mmethics office init DIR。"
        )
    return OfficeFolder(folder, read_settings(path))


def read_settings(path: Path) -> dict[str, str]:
    """What a file of settings says, by key. Raises UnreadableFile with every place."""
    file = read_file(path)
    tree = {} if file.tree is None else file.tree
    if not isinstance(tree, dict):
        raise _unreadable([Problem("应是一组“键: 值”。", file.name, 1)])
    problems = [
        Problem(f"不认识的键“{key}”。", *file.locate((key,)), fix=f"可以写：{'、'.join(_KEYS)}。")
        for key in tree
        if key not in _KEYS
    ] + [
        Problem(f"“{key}”应是一个值。", *file.locate((key,)))
        for key, value in tree.items()
        if isinstance(value, dict | list)
    ]
    if problems:
        raise _unreadable(problems)
    return {key: value for key, value in tree.items() if isinstance(value, str)}


def _unreadable(problems: Sequence[Problem]) -> UnreadableFile:
    return UnreadableFile("办公室的设置读不了：", problems)


def refuse_existing_office(folder: Path) -> None:
    """Raises WorkspaceError when an office can't be made in `folder`."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不能在这里新建。请换一个名字。")
    if (folder / SETTINGS).exists():
        raise WorkspaceError(
            f"“{folder}”里已经有伦理办公室。看案头：\n{OfficeFolder(folder, {}).command()}"
        )


def create_office(folder: Path, settings: Mapping[str, str]) -> OfficeFolder:
    """Make an office's folder with an empty register; office.yaml is written last.

    Raises WorkspaceError where one is there already, or the system refuses.
    """
    from mmethics_cli.office.register.database import open_register

    refuse_existing_office(folder)
    try:
        (folder / CASES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”：{reason(error)}。") from error
    open_register(folder, settings.get("database", "")).create()
    write_atomic(folder / SETTINGS, settings_text(settings).encode("utf-8"))
    return open_office(folder)


def write_kept(path: Path, data: bytes) -> None:
    """Put a file into a folder of the office, which is made where it lacks.

    Raises WorkspaceError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{path.parent}”：{reason(error)}。") from error
    write_atomic(path, data)


def settings_text(settings: Mapping[str, str]) -> str:
    """office.yaml: each setting with what it is for; what was not answered stays open."""
    lines = [_FIRST_LINES]
    for setting in SETTINGS_ASKED:
        value = settings.get(setting.key, "") or setting.default
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        lines += [f"# {setting.label}：{setting.help}", f'{setting.key}: "{quoted}"']
    return "\n".join([*lines, ""])
