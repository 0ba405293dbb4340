"""The actor: one loop that listens, plays, pushes and reports, and never blocks in a send."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any, Callable

import numpy as np

from .agenda import Agenda, Duty, Lease, Origin
from .connection import Connection, Keys, is_local
from .digest import digest
from .environments import adapted, make_environment
from .errors import EnvironmentFault, KeyProblem, NoLearner, ProtocolProblem, Refused
from .messages import (
    Configuration,
    Goodbye,
    Malformed,
    PolicyMessage,
    Refusal,
    Speaker,
    Welcome,
    decode,
)
from .policy import Policy
from .rollout import Episode, Rollout
from .wrappers import WrappedEnvironment

PLAY_SLICE = 0.001
"""Seconds after which the sockets are looked at again."""
LONGEST_WAIT = 0.5
BATCH_BYTE_COUNT = 128 << 10
"""A push this large is worth its cost, and lets the learner begin while others play."""
DEFAULT_LANE_COUNT = 32

logger = logging.getLogger("troupe")


class Actor:
    """Plays episodes for the learner at `address`, with the policy that it broadcasts.

    It is an *approximate* actor: the learner has to be started with --allow-approximate-actors.

    Parameters:
        address: as given to the learner's --bind, such as `tcp://learner:5555`.
        make_environment: called with the name of the run's environment, once for each lane; gives a Gymnasium
            environment or an object that follows `troupe.Environment`. The default knows `cartpole` and
            `gymnasium:NAME`.
        keys: a directory of CURVE keys (`actor.secret`, `learner.public`), as `troupe keygen` makes it.
            Needed at addresses that other machines can reach, unless `insecure`.
        lanes: environments stepped side by side; the learner's suggestion, up to 32, if None.
        patience: seconds without a learner after which `run` gives up.
    """

    def __init__(
        self,
        address: str,
        make_environment: Callable[[str], Any] = make_environment,
        *,
        keys: str | Path | None = None,
        insecure: bool = False,
        lanes: int | None = None,
        patience: float = 600.0,
    ) -> None:
        if keys is None and not insecure and not is_local(address):
            raise KeyProblem(
                f"{address} can be reached from other machines, so it needs keys: give keys=DIR "
                "(or insecure=True on a network where everybody may do everything)"
            )
        self._address = address
        self._make_environment = make_environment
        self._keys = Keys(keys) if keys is not None else None
        self._lanes = lanes
        self._patience = patience
        self._is_asked_to_stop = False

    def stop(self) -> None:
        """Has `run` push what is finished, take its leave and return. May be called from another thread."""
        self._is_asked_to_stop = True

    def run(self) -> None:
        """Serves one run until it is over, or until SIGINT or SIGTERM comes (in the main thread).

        Raises:
            Refused: the learner does not want this actor.
            EnvironmentFault: the environment failed; the learner has been told.
            NoLearner: nobody was heard for as long as `patience`.
            ProtocolProblem: the learner speaks another version, or its run does not fit the environment.
        """
        service = _Service(self)
        handlers = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handlers[number] = signal.signal(number, lambda *_: self.stop())
        try:
            service.serve()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            service.connection.close()


class _Service:
    """One run, from the first join to the departure."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.identity = secrets.randbits(64)
        self.connection = Connection(actor._address, self.identity, actor._keys)
        self.host_name = socket.gethostname()
        self.agenda = Agenda(time.monotonic())
        self.speaker = Speaker(self.identity)
        self.configuration: Configuration | None = None
        self.frame_limit = 0
        self.rollout: Rollout | None = None
        self.space: Any = None
        self.policy_digest = (0, 0)
        self.finished: list[Episode] = []
        self.unsent: list[list[bytes]] = []
        self.play_seconds = 0.0
        self.heard_at = time.monotonic()
        self.looked_at_doors_at = 0.0
        self.turned_away: str | None = None
        self.ending: str | None = None

    def serve(self) -> None:
        logger.info("waiting for a learner at %s", self.actor._address)
        while self.ending is None:
            if self.actor._is_asked_to_stop:
                self.ending = "signal"
                break
            self._watch()
            self._listen()
            if self.ending is None:
                self._play()
                self._push()
                self._report()
                self._rest()
        self._leave()

    def _watch(self) -> None:
        """Notices closed doors and a learner that is gone."""
        now = time.monotonic()
        if now - self.looked_at_doors_at >= LONGEST_WAIT:
            self.looked_at_doors_at = now
            reason = self.connection.look_at_doors()
            if reason is not None and reason != self.turned_away:
                logger.warning("%s", reason)
                self.turned_away = reason
        if now - self.heard_at > self.actor._patience:
            reason = f": {self.turned_away}" if self.turned_away else ""
            raise NoLearner(
                f"no learner at {self.actor._address} for {self.actor._patience:.0f} s{reason}"
            )

    # Listening.

    def _listen(self) -> None:
        while self.ending is None and (frames := self.connection.receive()) is not None:
            try:
                origin, body = decode(frames)
            except Malformed as problem:
                logger.debug("passed over a message: %s", problem)
                continue
            self._heed(origin, body)

    def _heed(self, origin: Origin, body: Any) -> None:
        now = time.monotonic()
        if isinstance(body, Refusal):
            self._heed_refusal(origin, body)
            return
        if self.agenda.run is not None and origin.run != self.agenda.run:
            logger.info("another run is served at %s now", self.actor._address)
            self.ending = "another run"
            return
        if isinstance(body, Goodbye) and self.agenda.run is None:
            self.ending = "goodbye"
            return
        if not self.agenda.hear(origin, now, is_welcome=isinstance(body, Welcome)):
            return
        self.heard_at = now
        if isinstance(body, Welcome):
            self.speaker.run = self.agenda.run
            self._prepare(body)
            if body.policy is not None:
                self._begin(body.policy, now)
            self._apply(body.lease, now)
        elif isinstance(body, PolicyMessage):
            self._begin(body, now)
            if self.identity in body.first_leases:
                self._apply(body.first_leases[self.identity], now)
        elif isinstance(body, Lease):
            self._apply(body, now)
        elif isinstance(body, Goodbye):
            logger.info("the learner ended the run: %s", body.reason)
            self.ending = "goodbye"

    def _heed_refusal(self, origin: Origin, refusal: Refusal) -> None:
        # Two processes with one id both hear it.
        key = f"/{self.actor._keys.public.decode()}" if self.actor._keys else ""
        own = f"{self.host_name}/{os.getpid()}{key}"
        if refusal.identity_key is not None and refusal.identity_key != own:
            return
        if self.agenda.run is not None and origin.run != self.agenda.run:
            return
        raise Refused(refusal.reason, refusal.text)

    def _prepare(self, welcome: Welcome) -> None:
        """Makes the environments of the run, at the first welcome."""
        self.frame_limit = welcome.greatest_frame_byte_count
        if self.configuration is not None:
            return
        configuration = welcome.configuration
        if configuration.is_search:
            # The learner would say so too, as soon as it reads the join.
            raise Refused("APPROXIMATE", "the run is a search, which takes no approximate actors")
        self.configuration = configuration

        def make() -> WrappedEnvironment:
            environment = adapted(self.actor._make_environment(configuration.environment))
            return WrappedEnvironment(environment, configuration.wrappers)

        # The first of them is also a lane's.
        made = [make()]
        self.space, self.observation_size = made[0].action_space, made[0].observation_size
        lanes = self.actor._lanes or min(
            DEFAULT_LANE_COUNT, welcome.suggested_lane_count or DEFAULT_LANE_COUNT
        )
        self.rollout = Rollout(
            lambda: made.pop() if made else make(),
            configuration.environment,
            configuration.seed,
            lanes,
        )
        logger.info("playing %s on %d lanes", configuration.environment, lanes)

    def _begin(self, message: PolicyMessage, now: float) -> None:
        if self.configuration is None or self.rollout is None:
            return
        if not self.agenda.adopt(message.round, now):
            return
        self.finished, self.unsent = [], []
        parts = [message.parameters, *(message.normalization or ())]
        self.policy_digest = digest(np.concatenate(parts))
        if self.policy_digest != message.digest:
            raise ProtocolProblem(f"the digest of the policy of {message.round} is not its own")
        policy = Policy.from_flat_parameters(
            message.parameters,
            observation_size=self.observation_size,
            hidden=self.configuration.hidden,
            activation=self.configuration.activation,
            action_space=self.space,
            normalization=message.normalization,
        )
        self.rollout.begin(message.round, policy)

    def _apply(self, lease: Lease | None, now: float) -> None:
        abandoned = self.agenda.apply(lease, now)
        if abandoned and self.rollout is not None:
            self.rollout.abandon(abandoned)

    # Playing.

    def _play(self) -> None:
        if self.rollout is None or self.unsent or not self.agenda.has_slots:
            return
        start = time.monotonic()
        try:
            episodes = self.rollout.advance(PLAY_SLICE, self.agenda.next_slot)
        except EnvironmentFault as fault:
            leave = self.speaker.leave(
                str(fault), self.agenda.round, self.agenda.unplayed, True, fault.slot
            )
            self.connection.send(leave)
            raise
        self.play_seconds += time.monotonic() - start
        self.finished += [episode for episode in episodes if self.agenda.finish(episode.slot)]

    def _push(self) -> None:
        is_full = sum(episode.byte_count for episode in self.finished) >= BATCH_BYTE_COUNT
        if self.finished and not self.unsent:
            if is_full or not self.agenda.has_slots or self.ending is not None:
                self.unsent = [self._message(batch) for batch in self._batches()]
                self.finished = []
        while self.unsent and self.connection.send(self.unsent[0]):
            del self.unsent[0]
        if not self.unsent and not self.finished:
            self.agenda.push_finished(time.monotonic())

    def _batches(self) -> list[list[Episode]]:
        """The finished episodes, so that no frame is larger than the learner takes."""
        batches: list[list[Episode]] = [[]]
        size = 0
        for episode in self.finished:
            if batches[-1] and size + episode.byte_count > min(self.frame_limit, BATCH_BYTE_COUNT):
                batches.append([])
                size = 0
            batches[-1].append(episode)
            size += episode.byte_count
        return batches

    def _message(self, episodes: list[Episode]) -> list[bytes]:
        assert self.agenda.round is not None
        return self.speaker.trajectories(
            self.agenda.round,
            self.policy_digest,
            self.agenda.lease_number or 0,
            self.space,
            episodes,
        )

    # Speaking.

    def _report(self) -> None:
        # Statuses travel behind the trajectories that they speak of.
        if self.unsent:
            return
        duty = self.agenda.next_duty(time.monotonic())
        if duty is Duty.JOIN:
            lanes = self.actor._lanes or DEFAULT_LANE_COUNT
            self.connection.send(self.speaker.join(self.host_name, os.getpid(), lanes))
        elif duty is Duty.STATUS and self.agenda.incarnation is not None:
            self.connection.send(
                self.speaker.status(
                    self.agenda.incarnation,
                    self.agenda.round,
                    self.agenda.lease_number,
                    self.agenda.unplayed,
                    self.rollout.step_count if self.rollout else 0,
                    int(self.play_seconds * 1e9),
                )
            )

    def _rest(self) -> None:
        """Waits for news when there is nothing to play."""
        if self.agenda.has_slots and not self.unsent:
            return
        wait = self.agenda.next_duty_at - time.monotonic()
        self.connection.wait(min(wait, LONGEST_WAIT), to_send=bool(self.unsent))

    def _leave(self) -> None:
        """Pushes what is finished, gives the rest back and goes."""
        if self.ending == "signal":
            self._push()
        if self.agenda.run is not None:
            self.connection.send(
                self.speaker.leave(self.ending or "", self.agenda.round, self.agenda.unplayed)
            )
