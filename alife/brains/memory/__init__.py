"""The hashed associative memory: keys, hashing, stores, and how it is wired to a network."""
