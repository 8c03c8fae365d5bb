"""Shared parts of strategies: base classes, breeding, mutation, search distributions, schedules."""
