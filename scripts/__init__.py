"""Tools that build, check, document and demonstrate the project. None of them is deployed.

bundling   stages deployment bundles
checks     checks that `make check`, the tests and continuous integration run
reference  generates pages, schemas and the cost estimate
release    the steps of cloudbuild.yaml
bench      benchmarks our code against lower bounds (floors)
demo       simulates players, verifies their playtime and takes screenshots
"""
