# The image of every step of cloudbuild.yaml.
# It has Debian 12, Python 3.11, Java 17, gcloud and the emulators. `check` installs the rest.
FROM hashicorp/terraform:1.11.4 AS terraform
FROM gcr.io/google.com/cloudsdktool/google-cloud-cli:528.0.0-emulators
RUN apt-get -q update && apt-get -q install --yes --no-install-recommends \
        docker.io git make python3.11-venv sudo && rm -rf /var/lib/apt/lists/*
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY check_urls.py /usr/local/bin/check-urls
