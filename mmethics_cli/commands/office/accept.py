"""mmethics office accept: a submission is accepted, or what else becomes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmethics_cli.office.events import Happening
    from mmethics_cli.office.law.clocks import Clocks
    from mmethics_cli.office.pack import OfficePack
    from mmethics_cli.office.state import Case, Lookup


class Method(StrEnum):
    """How a submission is reviewed."""

    simplified = "simplified"
    meeting = "meeting"
    emergency_meeting = "emergency_meeting"


Named = Annotated[
    str, typer.Argument(metavar="CASE", help="受理号，或其末尾几位", show_default=False)
]
ByMethod = Annotated[
    Method | None, typer.Option(help="审查方式，不写照封存时的审查路径", show_default=False)
]
Items = Annotated[
    list[str] | None,
    typer.Option("--supplement", metavar="TEXT", help="要求补正：一次一项，可以写几次"),
]
Emergency = Annotated[bool, typer.Option("--emergency", help="按紧急会议审查受理")]
Again = Annotated[str, typer.Option(metavar="REASON", help="再次要求补正的理由")]
Refuse = Annotated[str, typer.Option(metavar="REASON", help="不予受理的理由")]
Withdraw = Annotated[str, typer.Option(metavar="REASON", help="申请人撤回的理由")]
Extend = Annotated[str, typer.Option(metavar="DATE", help="延长审查期限到哪一天")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="延长、紧急审查的理由")]


def accept(
    context: typer.Context,
    case: Named,
    method: ByMethod = None,
    emergency: Emergency = False,
    supplement: Items = None,
    again: Again = "",
    refuse: Refuse = "",
    withdraw: Withdraw = "",
    extend: Extend = "",
    reason: Reason = "",
    office: Where = None,
) -> None:
    """受理一件送审：给受理号、定审查方式、开始计算期限。

    审查方式不能比封存时判定的审查路径宽。期限：30 日；紧急会议 72 小时。
    也用来要求补正（一次性列全）、不予受理、撤回、延长期限。违反规则的不登记，退出码 1。

    示例：
    mmethics office accept 12
    mmethics office accept 12 --supplement 缺同意书 --supplement 缺简历
    mmethics office accept 12 --extend 2027-05-01 --reason 待补充专家意见
    """
    from msgspec.structs import replace

    from mmethics_cli.office.acting import act
    from mmethics_cli.office.law import acceptance

    session = Session.of(context)
    folder = office_at(context, office)
    now = now_of(session)
    until = _day(extend) if extend else ""
    instead = _instead(supplement or [], again, refuse, withdraw, until, reason, now)
    plain = acceptance.Acceptance(
        folder.setting("case_numbers"),
        acceptance.EMERGENCY if emergency else method.value if method else "",
        reason,
    )

    def decide(state: Lookup, found: Case, pack: OfficePack) -> list[Happening]:
        if instead:
            return [instead(found, pack.clocks)]
        accepting = replace(plain, labels=pack.kinds["accepted"].labels)
        return [accepting.of(state, found, pack.clocks, now)]

    tell_done(session, act(folder, session.packs(), case, decide, now, actor(folder)))


def _instead(
    supplement: list[str],
    again: str,
    refuse: str,
    withdraw: str,
    until: str,
    reason: str,
    now: str,
) -> Callable[[Case, Clocks], Happening] | None:
    """The one act that was asked for instead of accepting; None for none."""
    from mmethics_cli.office.law import acceptance

    ask, extended = acceptance.ask_supplement, acceptance.extend
    given: Mapping[str, Any] = {
        "--supplement": supplement
        and (lambda case, clocks: ask(case, supplement, again, clocks, now)),
        "--refuse": refuse and (lambda case, _: acceptance.refuse(case, refuse, now)),
        "--withdraw": withdraw and (lambda case, _: acceptance.withdraw(case, withdraw, now)),
        "--extend": until and (lambda case, _: extended(case, until, reason, now)),
    }
    acts = {name: act for name, act in given.items() if act}
    if len(acts) > 1:
        raise EthicsError(f"{'、'.join(acts)} 一次只能写一个。")
    return next(iter(acts.values()), None)


def _day(text: str) -> str:
    from mmethics_cli.core.conditions.written import date_advice, parse_date

    day = parse_date(text)
    if day is None:
        raise EthicsError(f"--extend 的值“{text}”不是日期。{date_advice(text)}。")
    return day.isoformat()
