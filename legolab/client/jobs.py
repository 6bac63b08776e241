"""Jobs of a service: sent, followed brick by brick, waited for, cancelled, saved.

Knows nothing of how requests travel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPException
from operator import index
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NoReturn
from urllib.parse import quote
from uuid import uuid4

from legolab.artefacts import NAMES
from legolab.bricks.inventory import Inventory
from legolab.bricks.placement import World
from legolab.bricks.structure import DEFAULT_WORLD, BrickStructure
from legolab.client.connection import (
    LONGEST_PAUSE_SECONDS,
    PAUSE_SECONDS,
    STEADFAST_TRIES,
    Connection,
    plain,
)
from legolab.client.sse import Message
from legolab.errors import Cancelled, InputError, LegolabError, RefusedError, ServiceError
from legolab.folders import check_free, whole_folder
from legolab.generation.events import event_from_json
from legolab.generation.lexicon import Value
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Settled,
    Started,
    Trimmed,
)
from legolab.stability.report import StabilityReport

_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.1, 2.0  # between two looks at a job
_STEADY_SECONDS = 10.0  # a stream that lasted so long did not fail at once


class Status(StrEnum):
    """What a job is doing; equal to the word itself."""

    QUEUED = "queued"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


_WORDS = frozenset(map(str, Status))


@dataclass(frozen=True)
class JobState:
    """Where a job stood when the service was asked.

    Attributes:
        status: what it was doing.
        position: while queued, its place in line: 1 is next, 0 is being taken.
        bricks: once started, how many stood.
        reason: why it failed.
        document: all that the service said, links to the files of a finished job among it.
    """

    status: Status
    position: int | None = None
    bricks: int | None = None
    reason: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def over(self) -> bool:
        """Whether it stays like this."""
        return self.status not in (Status.QUEUED, Status.STARTED)


class Client:
    """A legolab service, as one person sees it. Safe to use from many threads."""

    def __init__(self, url: str, token: str, timeout: float = 60.0) -> None:
        """Remember where the service is; nothing is sent.

        Args:
            url: of the service, such as "http://127.0.0.1:8000".
            token: as `legolab token` makes it; sent to that address and to no other.
            timeout: seconds for an answer.

        Raises:
            InputError: one of them cannot be used.
        """
        self._connection = Connection(url, token, timeout)

    def __repr__(self) -> str:
        return f"<Client of {self._connection.url}>"

    def submit(
        self,
        caption: str,
        *,
        seed: int | None = None,
        temperature: float | None = None,
        max_bricks: int | None = None,
        drafts: int | None = None,
        fields: Mapping[str, Value] | None = None,
        paint: Mapping[str, int | str] | None = None,
        inventory: Inventory | Mapping[str, int] | None = None,
        start: BrickStructure | None = None,
        change: str | None = None,
        key: str | None = None,
    ) -> Job:
        """Have a caption built; comes back as soon as the job is in line.

        Sent again when the answer is lost, which does not make a second job; waits, for a while,
        where the service is busy or asks for it.

        Args:
            caption: a person's words, at most 1,000 characters.
            seed: 0 to 2**32 - 1; the same seed gives the same bricks. None has one drawn.
            temperature: lower keeps closer to what the model finds likely.
            max_bricks: stop after this many.
            drafts, fields, paint, inventory, start, change: as for `generator.stream`.
            key: the same key gives the same job, however often it is sent; None makes one.

        Raises:
            InputError: the key is no key, or a number is not one.
            RefusedError: the token, the order or its rate is refused; says what was expected.
            ServiceError: the service cannot be reached, or the line is full.
        """
        key = uuid4().hex if key is None else key
        if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
            raise InputError(f"expected a key of 1 to 200 plain characters, got {key[:60]!r}")
        given = {
            "seed": None if seed is None else index(seed),
            "temperature": None if temperature is None else float(temperature),
            "max_bricks": None if max_bricks is None else index(max_bricks),
            "drafts": None if drafts is None else index(drafts),
            "fields": dict(fields) if fields else None,
            "paint": dict(paint) if paint else None,
            "inventory": inventory.to_json() if isinstance(inventory, Inventory) else inventory,
            "start": None if start is None else start.to_text(),
            "change": change,
        }
        options = {name: value for name, value in given.items() if value is not None}
        document = self._connection.json(
            "POST", "/generate", {"prompt": caption, **options}, {"Idempotency-Key": key}
        )
        _state(document)
        return self.job(document["job_id"])

    def job(self, id: str) -> Job:
        """A job that was sent before; nothing is asked yet."""
        return Job(self._connection, id)

    def check(
        self, model: BrickStructure | str, *, world: World | None = None, strict: bool = False
    ) -> StabilityReport:
        """Have the service say whether a structure stands.

        Args:
            model: a structure, or brick text.
            world: of a text: studs along x, studs along y, layers; 20 each if not given.
            strict: ask every brick to be held exactly, and how safely.

        Raises:
            InputError: the text has a fault, or a world is given for a structure, which has one.
            RefusedError: the token or the structure is refused, because it is too large.
            ServiceError: the service cannot be reached, or could not tell.
        """
        if isinstance(model, str):
            model = BrickStructure.from_text(model, DEFAULT_WORLD if world is None else world)
        elif world is not None:
            raise InputError("expected a world with a text alone: a structure has one of its own")
        body = {"text": model.to_text(), "format": "txt", "world": model.world, "strict": strict}
        document = self._connection.json("POST", "/check", body, once=True)
        try:
            return StabilityReport.from_json(document, model)
        except (LegolabError, ArithmeticError) as error:
            raise ServiceError(f"expected a report from the service: {error}") from error


class Job:
    """A job of a service. Asks anew each time; keeps nothing but its id."""

    def __init__(self, connection: Connection, id: str) -> None:
        """Remember which job; `Client.submit` and `Client.job` make it."""
        self.id = id
        self._connection = connection
        self._path = f"/generate/{quote(id, safe='', errors='replace')}"

    def __repr__(self) -> str:
        return f"<Job {self.id} at {self._connection.url}>"

    def state(self) -> JobState:
        """Where it stands.

        Raises:
            RefusedError: there is no such job, or the token is refused.
            ServiceError: the service cannot be reached.
        """
        return _state(self._connection.json("GET", self._path))

    def positions(self) -> Iterator[int]:
        """Its place in line, whenever that changes, until a worker takes it.

        Raises:
            RefusedError, ServiceError: as for `state`.
        """
        seen = None
        for state in self._looks():
            if state.status is not Status.QUEUED:
                return
            if state.position is not None and state.position != seen:
                seen = state.position
                yield seen

    def events(self) -> Iterator[Event]:
        """What happens, as it happens, from the start; the last event is `Finished`.

        Goes on where it was when the connection breaks. A `Started` in its midst means that all
        begins anew, on another worker. Of a job with more than 500 events that is followed late,
        the oldest are missing.

        Raises:
            Cancelled: somebody cancelled the job.
            RefusedError: there is no such job, or the token is refused.
            ServiceError: the job failed; says why. Or the service cannot be reached.
        """
        last, broken = "", 0
        while broken < STEADFAST_TRIES:
            opened = monotonic()
            try:
                for message in self._connection.messages(f"{self._path}/events", last):
                    if message.id != last:
                        last, broken = message.id, 0
                    event = _event(message)
                    yield event
                    if isinstance(event, Finished):
                        return
            except (OSError, HTTPException):
                pass
            broken = 1 if monotonic() - opened > _STEADY_SECONDS else broken + 1
            sleep(min(PAUSE_SECONDS * 2 ** (broken - 1), LONGEST_PAUSE_SECONDS))
        _raise_failure(self.state())
        raise ServiceError(f"the events of job {self.id} end before the job does")

    def wait(self, timeout: float | None = None) -> Generation:
        """Wait until it is over, and give what came out.

        Args:
            timeout: seconds; None waits as long as it takes.

        Raises:
            Cancelled, RefusedError: as for `events`.
            ServiceError: as for `events`; or the time is over, and the job goes on.
        """
        self._finish(timeout)
        for event in self.events():
            if isinstance(event, Finished):
                return event.result
        raise AssertionError("the events end with Finished")

    def cancel(self) -> JobState:
        """Take it out of line or stop it.

        Returns:
            Where it stands now: a job that was over before stays as it is.

        Raises:
            RefusedError: there is no such job, or the token is refused.
            ServiceError: the service cannot be reached.
        """
        try:
            return _state(self._connection.json("DELETE", self._path))
        except RefusedError:
            state = self.state()
            if not state.over:
                raise
            return state

    def save(self, folder: str | Path, *, force: bool = False) -> list[Path]:
        """Wait until it is over, and write its files: all of them or none.

        Args:
            folder: where preview.png, model.ldr, model.txt and report.json come to lie.
            force: replace what is already there.

        Returns:
            The files.

        Raises:
            FileError: the folder is there already, or cannot be written.
            Cancelled, RefusedError: as for `events`; also when a link is refused.
            ServiceError: as for `events`; or the files are kept no longer.
        """
        folder = Path(folder)
        check_free(folder, force)
        links = self._finish(None).document.get("files")
        if not isinstance(links, dict):
            raise ServiceError(f"expected links to the files of job {self.id}, got none")
        with whole_folder(folder, force) as draft:
            for name in NAMES:
                link = links.get(name)
                if not isinstance(link, str):
                    raise ServiceError(f"{name} of job {self.id} is not kept any longer")
                (draft / name).write_bytes(self._connection.fetch(link))
        return [folder / name for name in NAMES]

    def _finish(self, timeout: float | None) -> JobState:
        """The state of the finished job, once it is that."""
        for state in self._looks(timeout):
            if state.over:
                _raise_failure(state)
                return state
        raise ServiceError(f"job {self.id} is not over after {timeout:g} s; it goes on")

    def _looks(self, timeout: float | None = None) -> Iterator[JobState]:
        """States, at first soon after one another, until the time is over."""
        began, pause = monotonic(), _FIRST_LOOK_SECONDS
        while True:
            yield self.state()
            left = pause if timeout is None else timeout - (monotonic() - began)
            if left <= 0:
                return
            sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)


def _state(document: Mapping[str, Any]) -> JobState:
    """What a document of the service says of a job.

    Raises:
        ServiceError: it is no such document.
    """
    match document:
        case {"job_id": str(), "status": str(status)} if status in _WORDS:
            position, bricks = (_number(document.get(name)) for name in ("position", "bricks"))
            reason = document.get("reason")
            said = plain(reason) if isinstance(reason, str) else None
            return JobState(Status(status), position, bricks, said, document)
    raise ServiceError("expected a job as a legolab service describes it, got something else")


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _raise_failure(state: JobState) -> None:
    """Raise what a job that will never finish has ended with."""
    if state.status is Status.CANCELLED:
        _raise_cancelled()
    if state.status is Status.FAILED:
        _raise_failed(state.reason)


def _raise_cancelled() -> NoReturn:
    raise Cancelled("The job was cancelled.")


def _raise_failed(reason: object) -> NoReturn:
    said = plain(reason) if isinstance(reason, str) else "no reason was given"
    raise ServiceError(f"The job failed: {said}")


def _event(message: Message) -> Event:
    """The event in a message.

    Raises:
        Cancelled, ServiceError: it is the end of a job that will never finish, or no event.
    """
    try:
        document = json.loads(message.data)
    except (ValueError, RecursionError):
        document = None
    match message.type, document:
        case "cancelled", _:
            _raise_cancelled()
        case "failed", {"reason": reason}:
            _raise_failed(reason)
        case "failed", _:
            _raise_failed(None)
        case _, dict():
            try:
                event = event_from_json(document)
            except (LegolabError, ArithmeticError) as error:
                raise ServiceError(f"cannot read an event of the service: {error}") from error
            if _is_sound(event):
                return event
    raise ServiceError("expected an event of a legolab service, got something else")


def _is_sound(event: Event) -> bool:
    """Whether those of its values that are taken as they come have their types.

    A folder is named after the caption and the seed.
    """
    match event:
        case Started(str(), str(), int(), notes) | Finished(Generation(str(), str(), notes, int())):
            return all(isinstance(note, str) for note in notes)
        case BrickPlaced(int()) | RolledBack(int(), str(), str()) | Trimmed(int()) | Settled():
            return True
    return False
