# The API. `docker compose up` builds it beside Neo4j. PIP_ARGS can name another package index, e.g. one with a
# CPU-only torch: docker compose build --build-arg PIP_ARGS="--index-url URL"
FROM python:3.12-slim

ARG PIP_ARGS=""
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Dependencies first: a change in the code does not install them again.
COPY pyproject.toml constraints.txt ./
RUN mkdir cypher graph models api \
    && touch cypher/__init__.py graph/__init__.py models/__init__.py api/__init__.py README.md LICENSE \
    && pip install --no-cache-dir $PIP_ARGS -c constraints.txt -e .
COPY README.md LICENSE ./
COPY cypher cypher
COPY graph graph
COPY models models
COPY api api
COPY examples examples

RUN useradd --create-home --uid 1000 lodestar && mkdir /data && chown lodestar /data
USER lodestar
ENV LODESTAR_HOME=/data LODESTAR_CONFIG=/data/config LODESTAR_HOST=0.0.0.0 LODESTAR_PORT=8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["lodestar", "serve"]
