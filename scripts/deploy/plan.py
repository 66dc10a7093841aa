"""Saves what Terraform would change to build/plan: `python3 -m scripts.deploy.plan`."""

from scripts.deploy import BUILD, PLAN, image, shell
from scripts.deploy.shell import Shell

TERRAFORM = ("terraform", "-chdir=terraform")


def make(sh: Shell) -> None:
    """Plan the environment with the image of this commit."""
    place = shell.place()
    migrate_image = image.name(sh)
    BUILD.mkdir(exist_ok=True)
    sh.run(
        *TERRAFORM,
        "init",
        "-input=false",
        "-reconfigure",
        f"-backend-config=bucket={place.state_bucket}",
        f"-backend-config=prefix={place.environment}",
    )
    sh.run(
        *TERRAFORM,
        "plan",
        "-input=false",
        "-lock-timeout=300s",
        f"-var-file=environments/{place.environment}.tfvars",
        f"-var=migrate_image={migrate_image}",
        f"-out={PLAN}",
    )


def main() -> None:
    """Plan what is checked out."""
    make(shell.from_arguments(__doc__))


if __name__ == "__main__":
    main()
