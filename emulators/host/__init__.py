"""Runs the functions: all in one process, or each from its staged bundle."""
