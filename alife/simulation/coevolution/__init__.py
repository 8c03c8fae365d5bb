"""Two populations that evolve against each other in many arenas at once."""
