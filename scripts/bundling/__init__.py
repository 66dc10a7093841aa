"""Stages what is deployed: the entry file and what it imports."""
