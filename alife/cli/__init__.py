"""The command line: what each command prints, reads and returns."""
