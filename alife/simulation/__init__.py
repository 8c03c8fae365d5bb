"""What a step, a birth and a generation are: shared worlds, solo worlds, and populations that coevolve."""
