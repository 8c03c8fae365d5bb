"""Parts of layers: matrices, convolution, paths, sampling, packed weights, weight tables, symmetries."""
