"""Parts of every network: interface and base class, parameters, weights, projection, lesions, checks."""
