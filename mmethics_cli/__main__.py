"""The program's entry: `mmethics`, and `python -m mmethics_cli`."""

from __future__ import annotations

import atexit
import gc
import sys


def main() -> None:
    """Run the program; Ctrl-C while it still loads ends it as it does later, with 130."""
    # A run is short, and the pack makes many objects that stay: collecting costs and frees nothing,
    # nor does looking through all of them once more at the end.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        from mmethics_cli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
