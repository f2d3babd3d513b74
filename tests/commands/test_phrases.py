"""From the command line: a consent paper that contradicts the answers can't be sealed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.program import mmethics

TODAY = ("--today", "2027-03-01")
ABROAD = """\
sharing:
  cross_border: yes
  export_mechanism: 订立个人信息出境标准合同，备案以后才开通。
  recipient_list:
    - id: abroad
      name: 境外示例大学
      contact: dpo@example.com
      role: 境外的合作研究者
      relation: provided
      abroad: yes
      data: 去标识化的波形
      purpose: 核对识别程序
      method: 远程查看
      protection: 签协议；禁止认人
"""


def test_a_consent_paper_that_denies_the_university_abroad_is_not_sealed(tmp_path: Path) -> None:
    made = mmethics(*TODAY, "new", "研究", "--example", "prospective-ecg", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    dossier = tmp_path / "研究" / "dossier.yaml"
    text = dossier.read_text(encoding="utf-8")
    start, end = text.index("sharing:\n"), text.index("# ==== 算法与模型")
    dossier.write_text(text[:start] + ABROAD + text[end:], encoding="utf-8")

    done = mmethics(*TODAY, "check", "研究", "--format", "json", cwd=tmp_path)
    found = [
        one
        for one in json.loads(done.stdout)["findings"]
        if one["path"] == "consent.plain_privacy" and one["severity"] == "error"
    ]
    assert done.returncode == 1
    assert {one["id"] for one in found} == {"TX01", "TX06"}
    at = dossier.read_text(encoding="utf-8").splitlines()[found[0]["line"] - 1]
    assert found[0]["file"] == "dossier.yaml" and "plain_privacy" in at
    assert "不给别的单位，也不出国" in found[0]["message"]

    sealed = mmethics(*TODAY, "submit", "研究", cwd=tmp_path)
    assert sealed.returncode == 1
    assert not (tmp_path / "研究" / "submissions/01-initial/manifest.json").exists()
