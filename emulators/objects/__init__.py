"""Runs the object store, which is moto's S3 with signature and expiry checks.

server   the object store, which `services` starts as a process

No other package imports from this package.
"""
