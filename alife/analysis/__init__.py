"""Analysis: instruments and their report, studies, benchmarks."""
