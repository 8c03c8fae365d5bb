"""The language of laws: decorators, translation to typed trees, maths, random draws, cell lists and the field table."""
