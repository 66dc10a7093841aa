"""Every test, on the emulators, MariaDB and MySQL: `python3 -m scripts.deploy.test`."""

from scripts.deploy import shell

if __name__ == "__main__":
    shell.from_arguments(__doc__).run("make", "test")
