"""Stages what is deployed: an entry file and everything it imports.

bundle        writes build/<function>/ and its hash
imports       modules of `shared` that a file imports
requirements  lines of requirements.lock that a bundle needs
"""
