"""Starts the real emulators and the database, keeps them running and stops them."""
