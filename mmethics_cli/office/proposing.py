"""The proposal of reviewers for a case, as people read it."""

from __future__ import annotations

from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import case_name, find_case
from mmethics_cli.office.law.review import propose, reviewers_needed


def proposal_text(office: OfficeFolder, name: str, now: str) -> str:
    """Who should review a case and who must not, with reasons. Raises EthicsError."""
    with office.register().reading() as register:
        case = find_case(register, name)
        proposal = propose(register, case, now.partition("T")[0])
    lines = [f"{case_name(case)} 的审查人，人选从前往后："]
    needed = reviewers_needed(case)
    for number, each in enumerate(proposal.candidates, 1):
        lines.append(f"  {number}. {each.name}（{'；'.join(each.reasons)}）")
    if not proposal.candidates:
        lines.append("  没有可以指定的委员。")
    lines += [f"  不能：{name}，{reason}" for name, reason in proposal.excluded.items()]
    chosen = [each.name for each in proposal.candidates[:needed]]
    if chosen:
        lines.append(f"照此指定：\n{office.command('assign', case_name(case), *chosen)}")
    return "\n".join(lines)
