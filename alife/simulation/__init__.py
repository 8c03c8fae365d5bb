"""Steps, births and generations: shared worlds, evaluators of genomes, and populations that coevolve."""
