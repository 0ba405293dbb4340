"""What an actor has to play and to say: its side of the protocol as a state machine without I/O.

It follows one learner process of one run at a time. Another incarnation of the run is believed at once,
whatever version it is at; within an incarnation a message is ignored unless it is newer than all before it
(Protocol.md, sections 2 to 5). Times are seconds of any clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .rollout import Round

STATUS_PERIOD = 0.5
FIRST_JOIN_INTERVAL = 0.01
FIRST_IDLE_INTERVAL = 0.016


@dataclass(frozen=True)
class Origin:
    """Which learner process sent a message, and when in the order of its messages."""

    run: tuple[int, int]
    incarnation: int
    sequence: int


@dataclass(frozen=True)
class Lease:
    """The complete set of slots that the actor holds."""

    round: Round
    number: int
    slots: frozenset[int]


class Duty(Enum):
    JOIN = "join"
    STATUS = "status"


class Agenda:
    """The slots of the newest lease, each waiting, playing, finished or pushed, and what is due when."""

    def __init__(self, now: float) -> None:
        self.run: tuple[int, int] | None = None
        self.incarnation: int | None = None
        self.round: Round | None = None
        self.lease_number: int | None = None
        self.is_joined = False
        self._sequence = 0
        self._leased: frozenset[int] = frozenset()
        self._waiting: list[int] = []
        self._playing: set[int] = set()
        self._finished: set[int] = set()
        self._pushed: set[int] = set()
        self._due = now
        self._join_interval = FIRST_JOIN_INTERVAL
        self._idle_interval = FIRST_IDLE_INTERVAL

    # What the learner says.

    def hear(self, origin: Origin, now: float, is_welcome: bool = False) -> bool:
        """Whether a message is to be heeded. If another incarnation speaks, everything is dropped."""
        if self.run is None and is_welcome:
            self.run = origin.run
        if origin.run != self.run:
            return False
        if origin.incarnation != self.incarnation:
            self._drop()
            self.incarnation, self.round, self.lease_number = origin.incarnation, None, None
            self.is_joined = False
            self._join_at_once(now)
        elif origin.sequence <= self._sequence:
            return False
        self._sequence = origin.sequence
        return True

    def adopt(self, round: Round, now: float) -> bool:
        """The round of a policy or a welcome; true if it is another one: what was played is void."""
        if round == self.round:
            return False
        self._drop()
        self.round = round
        self._due = now
        return True

    def apply(self, lease: Lease | None, now: float) -> set[int]:
        """Replaces the lease; gives the slots under way that nobody wants any more.

        Without a lease the learner does not know this actor: it joins (again).
        """
        if lease is None:
            if self.is_joined:
                self.is_joined = False
                self._join_at_once(now)
            return set()
        # Each lease is answered with a status, or the learner would repeat it.
        self._due = min(self._due, now)
        if lease.round != self.round:
            return set()
        self.is_joined = True
        if self.lease_number is not None and lease.number <= self.lease_number:
            return set()
        self.lease_number = lease.number
        added = lease.slots - self._leased
        # What was pushed and is listed anew, after a lease without it, was lost on the way.
        self._pushed -= added
        self._waiting = [slot for slot in self._waiting if slot in lease.slots]
        self._waiting += sorted(added - self._playing - self._finished - set(self._waiting))
        self._leased = lease.slots
        abandoned = self._playing - lease.slots
        self._playing &= lease.slots
        return abandoned

    def _drop(self) -> None:
        self._leased = frozenset()
        self._waiting = []
        self._playing, self._finished, self._pushed = set(), set(), set()

    def _join_at_once(self, now: float) -> None:
        self._due = now
        self._join_interval = FIRST_JOIN_INTERVAL

    # Playing.

    def next_slot(self) -> int | None:
        """Starts the next slot, if there is one."""
        if not self._waiting:
            return None
        slot = self._waiting.pop(0)
        self._playing.add(slot)
        return slot

    def finish(self, slot: int) -> bool:
        """Notes that an episode ended; false if nobody wants it any more."""
        if slot not in self._playing:
            return False
        self._playing.remove(slot)
        self._finished.add(slot)
        return True

    def push_finished(self, now: float) -> None:
        """Notes that everything finished so far was handed to the socket."""
        if not self._finished:
            return
        self._pushed |= self._finished
        self._finished = set()
        if self.is_idle:
            self._due = now
            self._idle_interval = FIRST_IDLE_INTERVAL

    @property
    def is_idle(self) -> bool:
        """No slot is left to start, to play or to push."""
        return not (self._waiting or self._playing or self._finished)

    @property
    def has_slots(self) -> bool:
        """Something is left to start or to play."""
        return bool(self._waiting or self._playing)

    @property
    def unplayed(self) -> set[int]:
        """Slots held whose trajectory has not been pushed."""
        return set(self._leased - self._pushed)

    # Speaking.

    @property
    def next_duty_at(self) -> float:
        return self._due

    def next_duty(self, now: float) -> Duty | None:
        """What is to be sent now, if anything; to be asked after finished episodes were pushed."""
        if now < self._due:
            return None
        if not self.is_joined:
            self._due = now + self._join_interval
            self._join_interval = min(2 * self._join_interval, STATUS_PERIOD)
            return Duty.JOIN
        if self.is_idle:
            self._due = now + self._idle_interval
            self._idle_interval = min(2 * self._idle_interval, STATUS_PERIOD)
        else:
            self._due = now + STATUS_PERIOD
            self._idle_interval = FIRST_IDLE_INTERVAL
        return Duty.STATUS
