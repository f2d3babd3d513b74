"""mmethics office init: an office's folder, its settings and an empty register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import INTERRUPTED, Session

if TYPE_CHECKING:
    from collections.abc import Mapping


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新的文件夹", show_default=False)],
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help="设置的回答（YAML，键同 office.yaml）",
            show_default=False,
        ),
    ] = None,
) -> None:
    """新建伦理办公室：文件夹、设置（office.yaml）、空的登记簿和待填的委员名册。

    在终端里问八件事：委员会、机构、秘书、联系方式、地点、受理号和批件号的字、数据库。
    不在终端时不提问，照 --answers，没有的留空，以后直接改 office.yaml。

    示例：
    mmethics office init 伦理办公室
    mmethics office init 伦理办公室 --answers 办公室设置.yaml
    """
    from mmethics_cli.office.folder import create_office, read_settings, refuse_existing_office
    from mmethics_cli.office.pack import office_pack
    from mmethics_cli.office.papers.outgoing import write_roster

    session = Session.of(context)
    refuse_existing_office(folder)
    settings: Mapping[str, str] = read_settings(answers) if answers else {}
    if answers is None and session.terminal:
        settings = _asked(session)
    office = create_office(folder, settings)
    roster = write_roster(office, office_pack(session.packs(), office), session.today)
    session.say(f"已新建：{office.path}。设置在 {office.path / 'office.yaml'}，可以直接改。")
    session.say(f"委员名册：{roster}。填好后：\n{office.command('take', roster)}")
    session.say(f"看案头：\n{office.command()}")


def _asked(session: Session) -> Mapping[str, str]:
    """Each setting asked at the terminal; Esc goes back to the one before."""
    from mmethics_cli.ask.prompts import Key, Pressed, Prompts
    from mmethics_cli.office.folder import SETTINGS_ASKED

    prompts = Prompts(session.terminal)
    settings: dict[str, str] = {}
    at = 0
    while at < len(SETTINGS_ASKED):
        setting = SETTINGS_ASKED[at]
        shown = f"{setting.label}（{setting.help}）"
        default = settings.get(setting.key, setting.default)
        answer = prompts.line(shown, default, lambda text: None)
        if isinstance(answer, Pressed):
            if answer.key is Key.LEAVE:
                raise typer.Exit(INTERRUPTED)
            at -= answer.key is Key.BACK and at > 0
            continue
        settings[setting.key] = answer
        at += 1
    return settings
