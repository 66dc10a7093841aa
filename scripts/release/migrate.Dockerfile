# Built from build/migrate/, which `python -m scripts.release.migrate_image` stages.
# The base image's tag follows Debian's patches; pin its digest where this image is built.
FROM python:3.11-slim-bookworm
WORKDIR /migrate
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.txt
COPY . .
RUN useradd --system migrate
USER migrate
ENTRYPOINT ["python", "-m", "scripts.release.migrate_job"]
