"""What is known of the inside of the selected agent: its last step, its memories, its parents."""
