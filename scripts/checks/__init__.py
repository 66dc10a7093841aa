"""Checks that run in `make check`, in the tests and in continuous integration.

contract              rejects API changes that break existing clients
schema_compatibility  compares two JSON schemas for `contract`
migration_guard       rejects migrations that lock tables or break the running release
last_release          reads tags and files of the last release
manifest_check        finds manifests that do not match their code
reachable             finds the symbols and calls that an entry file reaches
terraform_check       checks Terraform without a cloud
staging_test          tests the staging playbook in a container
"""
