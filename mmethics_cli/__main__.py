"""`python -m mmethics_cli`."""

from mmethics_cli.cli import main

main()
