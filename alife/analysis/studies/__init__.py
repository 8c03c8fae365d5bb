"""Studies: many runs of one question, and the page that answers it. One file each."""
