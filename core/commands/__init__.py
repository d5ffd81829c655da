"""Groups of the command line, one file each; `core/cli.py` puts them together."""
