"""The inside of the selected agent, as the window knows it: its last step, its memories, its parents."""
