"""Long lives: memory, speed, energy, large numbers and poisoned rows; `python -m tests.soak --minutes N`."""
