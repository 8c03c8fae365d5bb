"""Strategies: how the genomes of a population are replaced by new ones. One file per strategy."""
