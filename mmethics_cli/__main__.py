"""The program's entry: `mmethics`, and `python -m mmethics_cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program; Ctrl-C while it still loads ends it as it does later, with 130."""
    try:
        from mmethics_cli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
