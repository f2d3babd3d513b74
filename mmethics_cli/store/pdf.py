"""PDF by LibreOffice: a profile of its own, Chinese fonts mapped; only a file made is a success."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from mmethics_cli.errors import EthicsError
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.wording.refusals import refusal

_TIMEOUT_SECONDS: Final = 120
_TAGGED: Final = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
# LibreOffice on a machine without Windows fonts picks any font; these keep the kind of letter.
_FONTS: Final = {
    "宋体": ("SimSun", "Noto Serif CJK SC"),
    "SimSun": ("Noto Serif CJK SC",),
    "仿宋": ("FangSong", "Noto Serif CJK SC"),
    "FangSong": ("Noto Serif CJK SC",),
    "黑体": ("SimHei", "Noto Sans CJK SC"),
    "SimHei": ("Noto Sans CJK SC",),
    "楷体": ("KaiTi", "AR PL UKai CN", "Noto Serif CJK SC"),
    "KaiTi": ("AR PL UKai CN", "Noto Serif CJK SC"),
}


def find_libreoffice() -> str:
    """The program's path; raises EthicsError, saying what to do, where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise EthicsError(
            "没有找到 LibreOffice，不能转换成 PDF。Word 和 Excel 文件不受影响："
            "可以在 Word 或 WPS 里另存为 PDF，或安装 LibreOffice 后重试。"
        )
    return program


def to_pdf(sources: Sequence[Path]) -> list[RenderedFile]:
    """Word and Excel files as PDF, each under its own name.

    Raises EthicsError naming each file that did not come out; its cause says what LibreOffice said.
    """
    program = find_libreoffice()
    with tempfile.TemporaryDirectory(prefix="mmethics-pdf-") as scratch:
        profile, output = Path(scratch, "profile"), Path(scratch, "made")
        output.mkdir()
        fonts = Path(scratch, "fonts.conf")
        fonts.write_text(fonts_xml(), encoding="utf-8")
        failed: list[str] = []
        said: list[str] = []
        results: list[RenderedFile] = []
        for suffix, target in ((".docx", _TAGGED), (".xlsx", "pdf")):
            group = [source.resolve() for source in sources if source.suffix.lower() == suffix]
            if group:
                why, words = _convert(program, profile, fonts, target, output, group)
                said.append(words)
            for source in group:
                pdf = output / f"{source.stem}.pdf"
                data = pdf.read_bytes() if pdf.exists() else b""
                if data:
                    taken = any(made.name == pdf.name for made in results)
                    name = f"{source.name}.pdf" if taken else pdf.name
                    results.append(RenderedFile(name, data))
                else:
                    failed.append(f"{source.name}（{why}）" if why else source.name)
    if failed:
        raise EthicsError(
            f"这些文件没有转换成 PDF：{'、'.join(failed)}。请用 Word 或 WPS 另存。"
        ) from subprocess.SubprocessError("\n".join(said))
    return results


def to_docx(source: Path) -> bytes:
    """An old .doc or .wps as .docx; raises EthicsError where LibreOffice is not there, or fails."""
    program = find_libreoffice()
    with tempfile.TemporaryDirectory(prefix="mmethics-doc-") as scratch:
        fonts = Path(scratch, "fonts.conf")
        fonts.write_text(fonts_xml(), encoding="utf-8")
        output = Path(scratch, "made")
        why, words = _convert(
            program, Path(scratch, "profile"), fonts, "docx", output, [source.resolve()]
        )
        made = output / f"{source.stem}.docx"
        if not made.is_file():
            raise EthicsError(
                f"“{source.name}”没有转换成 .docx{f'：{why}' if why else ''}。"
                "请用 Word 或 WPS 打开，另存为 .docx。"
            ) from subprocess.SubprocessError(words)
        return made.read_bytes()


def _convert(
    program: str, profile: Path, fonts: Path, target: str, output: Path, group: Sequence[Path]
) -> tuple[str, str]:
    """Run once for many files: why it failed if it did, and what LibreOffice said itself."""
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        target,
        "--outdir",
        str(output),
        *map(str, group),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS + 10 * len(group),
            stdin=subprocess.DEVNULL,
            env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "LibreOffice 太久没有完成", ""
    except OSError as error:
        return f"LibreOffice 启动不了：{refusal(error)}", str(error)
    why = f"LibreOffice 出错退出，代码 {done.returncode}" if done.returncode else ""
    return why, done.stderr.strip()


def fonts_xml() -> str:
    """A fontconfig file that maps the Windows fonts of our papers to free ones."""
    aliases = "".join(
        f'<alias binding="same"><family>{escape(name)}</family><prefer>'
        + "".join(f"<family>{escape(font)}</family>" for font in better)
        + "</prefer></alias>"
        for name, better in _FONTS.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"{aliases}</fontconfig>"
    )
