"""Parts of strategies: base class, breeding, mutation, search distributions, schedules."""
