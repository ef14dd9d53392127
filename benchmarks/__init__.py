"""Benchmarks. Each runs once in every test run, so that it cannot rot; `make bench` measures."""
