"""Trained networks of ReLUs as genes of brains."""
