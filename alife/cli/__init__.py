"""The command line: commands, listings and progress."""
