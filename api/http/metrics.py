"""Prometheus metrics: requests by route and status, their seconds, and the parts of a recommendation's time."""

from collections.abc import Callable, Iterator
from time import perf_counter

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.context import AppContext
from services.timings import Timings

DURATION_BUCKETS = (0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """One app's metrics, in a registry of its own, so that two apps in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR):
            self.registry.register(collector)
        labels = ["method", "route", "status"]
        self.requests = Counter("lodestar_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "lodestar_request_seconds",
            "Seconds to answer.",
            ["route"],
            buckets=DURATION_BUCKETS,
            registry=self.registry,
        )

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer under its route's template, so that ids do not become labels."""
        route = getattr(scope.get("route"), "path", "unknown")
        self.requests.labels(scope["method"], route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


class HandoverCollector(Collector):
    """Decisions that a strategy could not make, by strategy and reason; `find` gives the context of the running app."""

    def __init__(self, find: Callable[[], AppContext | None]) -> None:
        self._find = find

    def collect(self) -> Iterator[Metric]:
        """Yield the counter, which is empty before the app has started."""
        family = CounterMetricFamily(
            "lodestar_strategy_handovers", "Decisions handed over to the next strategy.", labels=["strategy", "reason"]
        )
        context = self._find()
        for (strategy, reason), count in sorted(context.handovers.items()) if context else ():
            family.add_metric([strategy, reason], count)
        yield family


class MetricsMiddleware:
    """Plain ASGI: starts the request's clock and looks at the first message of the answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500
        Timings.open()

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        finally:
            self._metrics.observe(scope, status, perf_counter() - began)


def install_metrics(app: FastAPI) -> None:
    """Measure every request of the app and show the figures at /metrics."""
    metrics = Metrics()
    app.add_middleware(MetricsMiddleware, metrics=metrics)

    metrics.registry.register(HandoverCollector(lambda: getattr(app.state, "context", None)))

    @app.get("/metrics", tags=["operation"], summary="Metrics for Prometheus", response_class=Response)
    async def show() -> Response:
        """Counts and seconds in Prometheus's text format; needs no key."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
