"""A study of children and teenagers: genomes, a company, a partner abroad. From an example."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

from tests.program import STUDIES, mmethics

BASE: Final = "genomics-imaging-partner"
DAY: Final = "2027-03-01"
# What differs from the worked example; the texts of the other facts fit both.
CHANGES: Final[dict[str, Any]] = {
    "project": {"commercial_interest": "yes"},
    "participants": {
        "age_min": "6",
        "age_max": "17",
        "capacity": "none",
        "vulnerable": ["minors"],
        "follow_up_months": "0",
        "vulnerable_protection": (
            "未成年人的脑胶质瘤和成人不一样，不能用成人代替。监护人同意，参与者自己也愿意，才参加；"
            "参与者说不愿意，马上停。"
        ),
    },
    "sharing": {"recipients": ["entrusted_processor", "company", "abroad_partner"]},
    "samples": {"product_development": "no"},
    "conflict": {
        "description": "示例影像科技有限公司出30万元，可以先谈研究成果的转让。研究者没有它的股份。",
        "management": "它的人不参加入组和统计；不接触没有换编号的资料。",
        "resolved": "yes",
    },
    "consent": {
        "child_purpose": "有的小朋友脑子里长了东西。我们想早点看清它。",
        "child_procedures": "你照常看病。我们看看你的照片。化验剩下的，也用一点。",
        "child_discomfort": "不多打针，不多拍照。害怕了，可以告诉我们。",
    },
}
COMPANY: Final = {
    "id": "r3",
    "name": "示例影像科技有限公司",
    "contact": "电话010-0000-0320",
    "role": "境内的企业，合作研究者",
    "relation": "provided",
    "abroad": "no",
    "data": "换成编号的磁共振特征表，最多160人，没有基因数据",
    "purpose": "检验电脑程序，可以用来开发产品",
    "method": "在医院里的电脑上分析，不带出",
    "protection": "签数据使用协议；禁止认人，禁止转让",
}


def study() -> dict[str, Any]:
    """The dossier's tree, every scalar as text."""
    text = (STUDIES / BASE / "dossier.yaml").read_text(encoding="utf-8")
    # The worked example speaks to adults; these texts are read by guardians and teenagers, too.
    text = text.replace("您", "参与者")
    tree: dict[str, Any] = deepcopy(yaml.load(text, Loader=yaml.BaseLoader))
    for section, answers in CHANGES.items():
        tree[section].update(answers)
    tree["sharing"]["recipient_list"].append(dict(COMPANY))
    return tree


def dossier(folder: Path) -> Path:
    """The study as a dossier under `folder`."""
    made = folder / "children"
    done = mmethics("--today", DAY, "new", made, "--example", BASE, cwd=folder)
    assert done.returncode == 0, done.stderr
    text = yaml.safe_dump(study(), allow_unicode=True, sort_keys=False)
    (made / "dossier.yaml").write_text(text, encoding="utf-8")
    return made
