"""Many runs at once: islands that send each other genomes, and sweeps over values and seeds.

A colony is a list of members, each an ordinary run with a folder of its own. Members live in hosts, processes that
Ray starts here or on a cluster; what a member does depends on its configuration and its mail alone, never on the host,
so that a host that dies is started again and its members go on from their checkpoints as if nothing had happened.
"""
