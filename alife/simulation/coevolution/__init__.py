"""Worlds in which few agents of two roles meet, in many arenas at once, and the populations behind them."""
