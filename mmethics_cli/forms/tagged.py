"""What the tags of a form ask, by their names: a fact's path, its label, or a label of forms."""

from __future__ import annotations

from collections.abc import Sequence

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.forms.proposing import ASK, BlankProposal
from mmethics_cli.forms.review_sheet import choices
from mmethics_cli.forms.words import FormWords, loose, plain


def propose_tags(
    blanks: Sequence[FormBlank], words: FormWords, standard: Standard
) -> tuple[BlankProposal, ...]:
    """For each tag its fact: `project_title`, `研究名称` and `项目名称` name the same one."""
    by_label = choices(standard)
    named = {path.replace(".", "_"): path for path in by_label.values()}
    named |= {plain(label): path for label, path in by_label.items()}
    proposals = []
    for blank in blanks:
        name = plain(blank.words)
        path = named.get(blank.words) or named.get(name)
        facts = (path,) if path else words.labels.get(loose(name), ())
        known = bool(facts) and (path is not None or name not in words.ask)
        proposals.append(BlankProposal(facts, "exact") if known else BlankProposal((ASK,)))
    return tuple(proposals)
