"""A long answer written in the person's own text editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.ask.prompts import lines_edited
from mmethics_cli.wording.refusals import refusal

_USUAL: Final = ("nano", "vim", "vi", "notepad")


class Edited(Struct, frozen=True):
    """The text as the editor left it; `trouble` says what went wrong, the text is then kept."""

    text: str
    trouble: str = ""


def edit_text(text: str, environ: Mapping[str, str] = os.environ) -> Edited:
    """Open VISUAL, else EDITOR, else a usual editor on a text, and wait until it is closed.

    Whatever fails, a text comes back: the written one where it can be read, else the given one.
    """
    command = _command(environ)
    if not command:
        return Edited(text, "没有找到编辑器。请设置环境变量 VISUAL 或 EDITOR，或在这里写。")
    with tempfile.TemporaryDirectory(prefix="mmethics-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "回答.txt"
        path.write_text(text, encoding="utf-8")
        trouble = ""
        try:
            with lines_edited():
                code = subprocess.run([*command, str(path)], check=False).returncode
            if code:
                trouble = f"编辑器 {command[0]} 出错退出（{code}），写下的内容还在。"
        except OSError as error:
            return Edited(text, f"打不开编辑器 {command[0]}：{refusal(error)}。原来的内容还在。")
        try:
            written = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return Edited(text, "编辑器存下的文件读不出来（要存为 UTF-8）。原来的内容还在。")
    return Edited(written.replace("\r\n", "\n").rstrip(), trouble)


def _command(environ: Mapping[str, str]) -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        if command := environ.get(name, "").strip():
            return [command] if sys.platform == "win32" else _split(command)
    return [name for name in _USUAL if shutil.which(name)][:1]


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quote that is never closed
        return [command]
