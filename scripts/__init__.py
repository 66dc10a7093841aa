"""Builds, checks, documents and demonstrates the project. Nothing here is deployed.

bundling   stages what is deployed
checks     what `make check`, the tests and continuous integration verify
reference  generated pages, schemas and the cost estimate
release    the steps of cloudbuild.yaml
bench      measures our code against floors
demo       simulated players, the proof of their playtime, screenshots
"""
