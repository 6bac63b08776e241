"""A worker as RQ ships it: `python -m tests.serve.worker redis-url`."""

import sys

from rq import Queue, Worker

from legolab.serve.broker import connect
from legolab.serve.queueing import QUEUE, SERIALIZER


def main(url: str) -> None:
    redis = connect(url)
    queue = Queue(QUEUE, connection=redis, serializer=SERIALIZER)
    Worker([queue], connection=redis, serializer=SERIALIZER).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1])
