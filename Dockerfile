# Pierhead in a container: docker build -t pierhead .
#
# BASE is any Debian with pip and Python 3.11 or later. Where no package index can be reached, put
# the wheels into ./wheels and build with --build-arg PIP_ARGS="--no-index --find-links wheels".
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
ARG PIP_ARGS=""
WORKDIR /build
# The pattern matches nothing where there are no wheels.
COPY requirements/run.txt requirements/dev.txt wheel[s] wheels/
# Only wheels: no compiler is needed, and what is installed is what the hashes name. Babel knows a
# thousand languages, a third of all this: those stay that Pierhead speaks.
RUN python3 -m venv --without-pip tools && python3 -m venv --without-pip /opt/pierhead \
    && sed -n '/^setuptools==/,/# via/p' wheels/dev.txt > wheels/build.txt \
    && python3 -m pip --python tools/bin/python install --no-cache-dir --no-compile \
        --only-binary :all: --require-hashes ${PIP_ARGS} --requirement wheels/build.txt \
    && python3 -m pip --python /opt/pierhead/bin/python install --no-cache-dir --no-compile \
        --only-binary :all: --require-hashes ${PIP_ARGS} --requirement wheels/run.txt \
    && find /opt/pierhead -path '*/babel/locale-data/*.dat' \
        ! -name root.dat ! -name 'en*.dat' ! -name 'ru*.dat' -delete \
    && python3 -m compileall -q /opt/pierhead/lib
COPY pyproject.toml README.md LICENSE ./
COPY bot/ bot/
COPY handlers/ handlers/
COPY storage/ storage/
RUN python3 -m pip --python tools/bin/python wheel --no-cache-dir --no-deps \
        --no-build-isolation --no-index --wheel-dir dist . \
    && python3 -m pip --python /opt/pierhead/bin/python install --no-cache-dir --no-deps \
        --no-index dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="Pierhead" \
      org.opencontainers.image.description="Runs Docker hosts from a chat" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# A new volume takes over who owns this, and that it is nobody else's.
RUN install -d -m 0700 -o 10001 -g 10001 /state
COPY --from=build /opt/pierhead /opt/pierhead
# The root may be read-only: modules were compiled before, and all that is written is in /state.
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
