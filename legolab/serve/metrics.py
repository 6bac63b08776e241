"""What the service counts of itself, for Prometheus. Counts no person and no prompt."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "legolab_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "legolab_request_seconds",
            "Time until an answer began",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.accepted = Counter("legolab_jobs_accepted", "Jobs put in line", registry=self.registry)
        self.refused = Counter(
            "legolab_jobs_refused", "Jobs not put in line", ("why",), registry=self.registry
        )
        self.waiting = Gauge("legolab_jobs_waiting", "Jobs in line", registry=self.registry)
        self.open_streams = 0
        """Event streams open now; whoever opens and closes one counts."""
        streams = Gauge("legolab_streams_open", "Event streams open", registry=self.registry)
        streams.set_function(lambda: self.open_streams)

    def text(self) -> bytes:
        """All of them, in the format of `CONTENT_TYPE`."""
        return generate_latest(self.registry)
