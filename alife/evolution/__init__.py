"""Strategies: how genomes come from genomes. One file each."""
