"""The words of a brain: the operations object and its interpreters that need no compiler."""
