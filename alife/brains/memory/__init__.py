"""An associative memory of a brain: parameters, hashes, sources of keys, stores, wiring, ablation."""
