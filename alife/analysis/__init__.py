"""What can be measured: instruments, reports, studies, benchmarks."""
