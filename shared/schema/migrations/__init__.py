"""Database migrations, which are files in `versions` that are applied in revision order."""
