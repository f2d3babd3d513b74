"""Bytes on disk: YAML with positions, the workspace, sealing, the pack."""
