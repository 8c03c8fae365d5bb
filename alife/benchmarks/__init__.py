"""Measurements that `bench` prints, each beside its limit or its peer: one file a subject."""
