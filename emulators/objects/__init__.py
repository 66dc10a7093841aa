"""The object store: moto's S3 with checks of signatures and expiry.

server   the store; `services` starts it as a process

Other packages import nothing from here.
"""
