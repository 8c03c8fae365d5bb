"""Panels of the window: facts beside the world, the toolbar below it, sheets over it."""
