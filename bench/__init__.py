"""Benchmarks: slow, measured, printed. Not tests."""
