"""The vocabulary of brains, and the operations objects that need no compiler."""
