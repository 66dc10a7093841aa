"""The object store: moto's S3 with signature and expiry checks.

server   the object store, which `services` starts as a process

Other packages import nothing from here.
"""
