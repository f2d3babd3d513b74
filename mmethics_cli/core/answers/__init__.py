"""What a dossier answers, as trees, edits and self-check."""
