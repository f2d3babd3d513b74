"""Submissions: rendered documents, sealing, manifest, decision."""
