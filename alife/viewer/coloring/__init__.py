"""Ways to color agents, one a file, each where it applies: `modes.colorings_of` lists those of a life."""
