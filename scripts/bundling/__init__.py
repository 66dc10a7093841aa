"""Stages deployment bundles, which contain an entry file and everything it imports.

bundle        writes build/<function>/ and its hash
imports       finds the modules of `shared` that a file imports
requirements  selects the lines of requirements.lock that a bundle needs
"""
