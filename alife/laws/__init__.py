"""The language of laws: decorators, lowering to typed trees, maths, random draws, cell lists and the field table."""
