"""YAML with places: text-first reading, least-change writing."""
