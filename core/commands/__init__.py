"""Commands of the command line, one file each; `core.cli` adds them to its group."""
