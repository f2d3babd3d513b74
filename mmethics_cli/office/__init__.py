"""The ethics office's side: its papers about what was handed in."""
