"""The terminal: prompts built with questionary."""
