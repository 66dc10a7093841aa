"""Checks that `make check` and the tests run."""
