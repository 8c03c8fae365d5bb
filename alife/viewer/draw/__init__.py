"""Drawing: camera, ground, agents, graphs, film."""
