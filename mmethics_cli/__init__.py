"""mmethics: prepare, check and render the ethics-review dossier of a multimodal medical study."""

__version__ = "0.1.0"
