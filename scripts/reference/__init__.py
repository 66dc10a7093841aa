"""Writes what is generated from the code."""
