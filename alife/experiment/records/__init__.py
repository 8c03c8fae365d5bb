"""The run folder: configuration, metrics, lineage, champions and checkpoints."""
