"""Many runs at once: islands that send each other genomes, and sweeps over values and seeds.

Each run is a job with a folder of its own. Jobs live in workers, processes that Ray starts here or on a cluster. What a
job does depends on its configuration and the messages it receives alone, never on the worker, so a worker that dies is
started again and its jobs continue from their checkpoints as if nothing had happened.
"""
