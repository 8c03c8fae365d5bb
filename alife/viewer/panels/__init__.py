"""Panels of the window: toolbar, facts, portraits, help."""
