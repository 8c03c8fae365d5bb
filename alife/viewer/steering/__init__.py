"""Changes of the watched world by hand: tools, commands, and the way back."""
