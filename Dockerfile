# Pierhead in a container: docker build -t pierhead .
#
# BASE is any Debian with Python 3.11 or later. Where no package index can be reached, put the
# wheels into ./wheels and build with --build-arg PIP_ARGS="--no-index --find-links wheels".
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ARG PIP_ARGS=""
WORKDIR /build
RUN python3 -m venv tools && python3 -m venv --without-pip /opt/pierhead
# The pattern matches nothing where there are no wheels.
COPY requirements/run.txt requirements/dev.txt wheel[s] wheels/
# Only wheels: nothing is compiled, and what is installed is what the hashes name.
RUN tools/bin/pip --python /opt/pierhead/bin/python install --no-cache-dir --only-binary :all: \
        --require-hashes ${PIP_ARGS} --requirement wheels/run.txt \
    && sed -n '/^setuptools==/,/# via/p' wheels/dev.txt > wheels/build.txt \
    && tools/bin/pip install --no-cache-dir --only-binary :all: \
        --require-hashes ${PIP_ARGS} --requirement wheels/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot/ bot/
COPY handlers/ handlers/
COPY storage/ storage/
RUN tools/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . \
    && tools/bin/pip --python /opt/pierhead/bin/python install --no-deps --no-index dist/*.whl \
    && install -d -o 10001 -g 10001 state

FROM ${BASE}
LABEL org.opencontainers.image.title="Pierhead" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/pierhead /opt/pierhead
COPY --from=build --chown=10001:10001 /build/state /state
# The root may be read-only: modules were compiled above, and all that is written is in /state.
ENV PATH=/opt/pierhead/bin:$PATH \
    HOME=/state \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The configuration is /state/config.toml, /etc/pierhead/config.toml, or the environment.
WORKDIR /state
VOLUME /state
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["pierhead", "health"]
ENTRYPOINT ["pierhead"]
CMD ["run"]
