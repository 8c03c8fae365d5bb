"""Drawing: camera, ground, lines, agents, graph, films."""
