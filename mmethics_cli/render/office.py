"""What the ethics office's papers print besides the study itself; the commands fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.findings import Finding
from mmethics_cli.render.spots import Spots


@dataclass(frozen=True)
class Office:
    """What was found of a submission, and what the office has recorded of it.

    `findings` are about the submission as it was handed in; `lacking` are papers that it needs and
    does not hold; `rendered` are the ids of those that came from templates; `spots` say where they
    print what. `recorded` and `comments` are the texts of decision.yaml.
    """

    findings: tuple[Finding, ...] = ()
    lacking: tuple[DocumentKind, ...] = ()
    rendered: frozenset[str] = frozenset()
    spots: Spots = field(default_factory=dict)
    recorded: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
