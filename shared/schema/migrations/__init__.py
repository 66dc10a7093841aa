"""Database migrations: the files in `versions`, which are applied in revision order."""
