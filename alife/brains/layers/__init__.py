"""Parts of layers: sampling, wiring, weight tables, packed weights, symmetries."""
