"""The object store: moto's S3 behind a signature check."""
