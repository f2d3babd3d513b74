"""Use cases of an institution's own forms."""
