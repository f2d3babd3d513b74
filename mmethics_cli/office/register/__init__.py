"""The register of an office: events in a database, and tables that index them."""
