"""Stages what is deployed, and its hashes: `python3 -m scripts.deploy.bundles`."""

from scripts.deploy import shell

if __name__ == "__main__":
    shell.from_arguments(__doc__).run("make", "bundle")
