"""The ethics office's side: its documents about what was handed in."""
