"""The program: global options, commands loaded when they are called, and one error boundary."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer._click.core import Context
from typer._click.exceptions import UsageError

from mmethics_cli import __version__
from mmethics_cli.chinese import HELP_SETTINGS, LazyGroup, explain
from mmethics_cli.commands.options import INTERRUPTED, Session, at_terminal, resolve_today, tell
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.columns import COLUMNS, wrap
from mmethics_cli.wording.refusals import refusal
from mmethics_cli.wording.visible import visible

# One line a command: the help of the program must not load them all.
COMMANDS: Final = {
    "new": "新建卷宗并开始访谈",
    "fill": "继续访谈，回答尚未回答的问题",
    "status": "查看进度：各节、未答问题、检查结果、审查路径",
    "pathway": "判定审查类型、审查方式和所需文件，并说明理由",
    "check": "核对卷宗是否齐全、前后是否一致",
    "render": "生成送审文件的草稿（Word、Excel）",
    "submit": "核对、定稿、封存一次送审",
    "form": "填本机构自己的 Word 表格：读、核对、填",
    "sheet": "导出 Excel 问卷，填好后再导入",
    "verify": "核验封存的送审材料是否被改动",
    "record": "记录伦理委员会对已封存送审的决定",
    "follow": "开始跟踪审查或复审的一次送审",
    "standard": "查看和检验标准包（审查要点、规则、法源）",
    "office": "伦理办公室：受理、审查、会议、归档、质量",
    "demo": "用一个完整示例走一遍全过程",
}

UNEXPECTED: Final = 70
_REFUSALS: Final = {
    errno.EACCES: "没有权限，或正被别的程序占用",
    errno.EPERM: "没有权限，或正被别的程序占用",
    errno.EROFS: "在只读的磁盘上",
    errno.ENOSPC: "写不下：磁盘已满",
    errno.EDQUOT: "写不下：磁盘配额已用完",
    errno.ENOENT: "不存在",
    errno.EEXIST: "已经存在",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "不在文件夹里",
    errno.ENAMETOOLONG: "的名称太长",
}
# As a shell reports a program that wrote to a closed pipe.
PIPE_CLOSED: Final = 141


class Program(LazyGroup):
    """The root command; it turns every failure into a message and an exit code."""

    lines = COMMANDS
    folder = "mmethics_cli.commands"

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._globals_first(args))

    def _globals_first(self, args: list[str]) -> list[str]:
        """The arguments with the global options, wherever they stood, before the command."""
        values = {name: not param.is_flag for param in self.params for name in param.opts}  # type: ignore[attr-defined]
        first: list[str] = []
        others: list[str] = []
        left = iter(args)
        for arg in left:
            if arg == "--":
                others += [arg, *left]
            elif (name := arg.partition("=")[0]) not in values:
                others.append(arg)
            else:
                first.append(arg)
                if values[name] and "=" not in arg:
                    first += [value for value in [next(left, None)] if value is not None]
        return first + others

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        """Run, and leave with an exit code; whatever the command raises ends here."""
        code = self._run(sys.argv[1:] if args is None else list(args))
        _tell_unconfirmed()
        sys.exit(code)

    def _run(self, args: list[str]) -> int:
        try:
            with self.make_context("mmethics", args) as context:
                self.invoke(context)
            sys.stdout.flush()
        except typer.Exit as end:
            return end.exit_code
        except UsageError as error:
            return _fail(explain(error), error.exit_code)
        except EthicsError as error:
            # What it came from may say more, in a language that not everybody reads.
            told = "--debug" in args and error.__cause__ is not None
            return _fail(f"错误：{error}", error.exit_code, told)
        except (KeyboardInterrupt, EOFError):
            return _fail("\n已中断。", INTERRUPTED)
        except BrokenPipeError:
            # Else the interpreter complains when it flushes at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return PIPE_CLOSED
        except OSError as error:
            message = f"错误：{_system_message(error)}"
            return _fail(message, EthicsError.exit_code, "--debug" in args)
        except UnicodeEncodeError as error:
            return _fail(_unwritable(error), EthicsError.exit_code, "--debug" in args)
        except Exception as error:
            message = f"程序内部出错（{type(error).__name__}）。加上 --debug 再运行可看到位置。"
            return _fail(message, UNEXPECTED, "--debug" in args)
        return 0


def _tell_unconfirmed() -> None:
    """Say once that a disk does not confirm what was written, if one was met; no error."""
    files = sys.modules.get("mmethics_cli.store.files")  # nothing was written where it is not
    if files is not None and files.UNCONFIRMED:
        place = os.path.commonpath([folder.absolute() for folder in files.UNCONFIRMED])
        files.UNCONFIRMED.clear()
        said = f"注意：“{place}”所在的磁盘（如网络盘）不能确认已经存住，马上断电可能丢失刚写的。"
        tell("\n".join(wrap(visible(said), COLUMNS)), err=True)


def _fail(message: str, code: int, with_traceback: bool = False) -> int:
    if with_traceback:
        import traceback

        # The plain formatter shows lines of code, never the values of variables.
        tell(traceback.format_exc(), err=True)
    tell("\n".join(wrap(visible(message), COLUMNS)), err=True)
    return code


def _unwritable(error: UnicodeEncodeError) -> str:
    """Chinese that the system's encoding lacks: in practice the name of a file."""
    fix = "请先设置环境变量 PYTHONUTF8=1；生成文件时也可以加 --names id。"
    return f"错误：系统的编码（{error.encoding}）写不了中文文件名。{fix}"


def _system_message(error: OSError) -> str:
    """An operating system's refusal in Chinese, with the file that it is about."""
    where = "文件" if error.filename is None else f"“{os.fsdecode(error.filename)}”"
    return f"{where}{_REFUSALS.get(error.errno or 0) or f'：{refusal(error)}'}。"


app = typer.Typer(
    cls=Program,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=dict(HELP_SETTINGS),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        tell(f"mmethics {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    pack: Annotated[
        Path | None, typer.Option("--pack", metavar="DIR", help="叠加在内置标准包上的标准包")
    ] = None,
    today: Annotated[
        str | None, typer.Option("--today", metavar="DATE", help="把这一天当作今天，如 2027-03-01")
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="出错时也显示位置和原话（可能是英文）")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="显示版本号"),
    ] = False,
) -> None:
    """准备、核对和生成多模态医疗数据研究的伦理审查送审材料。


    依据《多模态医疗数据伦理合规技术规范》的章节和现行法规。离线运行，只读写普通文件。
    这里的选项写在命令前面、后面都可以。

    示例：
    mmethics demo                      先看一个完整示例
    mmethics new my-study              新建卷宗，回答问题
    mmethics pathway my-study          看走什么审查路径、为什么
    mmethics check my-study            看还缺什么
    mmethics render my-study           生成文件草稿
    mmethics submit my-study           定稿并封存
    """
    context.obj = Session(resolve_today(today), pack, debug, at_terminal())


def main() -> None:
    """The entry point of the `mmethics` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            _make_writable(stream)
    app()


def _make_writable(stream: io.TextIOWrapper) -> None:
    """Chinese must come out whatever the locale; a terminal that can show it keeps its encoding."""
    encoding = "utf-8"
    if stream.isatty():
        try:
            "伦理审查".encode(stream.encoding)
            encoding = stream.encoding
        except UnicodeEncodeError:
            pass
    stream.reconfigure(encoding=encoding, errors="backslashreplace")
