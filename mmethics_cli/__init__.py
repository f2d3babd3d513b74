"""mmethics: prepare, check and render the ethics-review dossier of a multimodal medical study."""

from __future__ import annotations

__version__ = "0.2.0"
