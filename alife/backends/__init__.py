"""How laws and brains run: programs, fusion and argument cells, with one subfolder a machine."""
