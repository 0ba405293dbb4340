"""Messages to and from frames. Checks what Protocol.md (sections 1, 4 and 5) says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Sequence, Union

import numpy as np
from google.protobuf.message import DecodeError

from . import troupe_pb2 as pb
from .action_spaces import ActionSpace, wire_type
from .agenda import Lease, Origin
from .errors import ProtocolProblem
from .random_numbers import Kind
from .rollout import Episode, Round
from .wrappers import Wrappers

PROTOCOL_VERSION = 1
ENVELOPE_LIMIT = 1 << 20
SLOT_LIMIT = 1_000_000


class Malformed(Exception):
    """A message that breaks a rule of the protocol; it is dropped."""


@dataclass(frozen=True)
class Configuration:
    """What an actor needs of the run's configuration."""

    environment: str
    seed: int
    hidden: tuple[int, ...]
    activation: str
    wrappers: Wrappers
    is_search: bool


@dataclass(frozen=True)
class PolicyMessage:
    """Opens a round. `normalization` is (means, inverse deviations) or None."""

    round: Round
    slot_count: int
    digest: tuple[int, int]
    parameters: np.ndarray
    normalization: tuple[np.ndarray, np.ndarray] | None
    first_leases: dict[int, Lease]


@dataclass(frozen=True)
class Host:
    """What the learner tells of itself, for people."""

    instruction_set: str
    zeromq_version: str
    sodium_version: str
    clock_nanoseconds: int


@dataclass(frozen=True)
class Welcome:
    configuration: Configuration
    policy: PolicyMessage | None
    lease: Lease | None
    greatest_frame_byte_count: int
    suggested_lane_count: int | None
    host: Host | None


@dataclass(frozen=True)
class Goodbye:
    reason: str


@dataclass(frozen=True)
class Refusal:
    reason: str
    text: str
    identity_key: str | None


Body = Union[PolicyMessage, Welcome, Lease, Goodbye, Refusal]

# ---------------------------------------------------------------------------------------------------
# From the learner


def decode(frames: Sequence[bytes]) -> tuple[Origin, Body]:
    """The message in the frames behind the topic.

    Raises `Malformed` for what is none, `ProtocolProblem` if the learner speaks another version.
    """
    if len(frames) < 2 or len(frames[1]) > ENVELOPE_LIMIT:
        raise Malformed("no envelope")
    envelope = pb.LearnerEnvelope()
    try:
        envelope.ParseFromString(frames[1])
    except DecodeError as error:
        raise Malformed(f"the envelope cannot be read: {error}") from error
    if envelope.protocol_version != PROTOCOL_VERSION:
        raise ProtocolProblem(
            f"the learner speaks protocol version {envelope.protocol_version}, this program "
            f"{PROTOCOL_VERSION}"
        )
    if not envelope.HasField("run"):
        raise Malformed("run is missing")
    origin = Origin(
        (envelope.run.high, envelope.run.low), envelope.incarnation, envelope.sequence
    )
    return origin, _body(envelope, frames[2:])


def _body(envelope: pb.LearnerEnvelope, arrays: Sequence[bytes]) -> Body:
    kind = envelope.WhichOneof("body")
    if kind == "policy":
        return _policy(envelope.policy, arrays)
    if kind == "welcome":
        return _welcome(envelope.welcome, arrays)
    if arrays:
        raise Malformed(f"{len(arrays)} arrays too many")
    if kind == "lease":
        return _lease(envelope.lease)
    if kind == "goodbye":
        return Goodbye(envelope.goodbye.reason)
    if kind == "refusal":
        refusal = envelope.refusal
        name = pb.RefusalReason.Name(refusal.reason) if refusal.reason else "UNSPECIFIED"
        key = refusal.identity_key if refusal.HasField("identity_key") else None
        return Refusal(name.removeprefix("REFUSAL_REASON_"), refusal.text, key)
    raise Malformed("no body that this version knows")


def _round(message: pb.Round) -> Round:
    kinds = {pb.ROUND_KIND_TRAINING: Kind.TRAINING, pb.ROUND_KIND_EVALUATION: Kind.EVALUATION}
    if message.kind not in kinds:
        raise Malformed("a round of an unknown kind")
    return Round(message.version, kinds[message.kind])


def _slots(ranges: Iterable[pb.SlotRange], below: int = SLOT_LIMIT) -> frozenset[int]:
    slots, end = [], 0
    for item in ranges:
        if item.count < 1 or item.first < end or item.first + item.count > below:
            raise Malformed("ranges of slots that do not ascend or go too far")
        end = item.first + item.count
        slots.append(range(item.first, end))
    return frozenset(slot for part in slots for slot in part)


def _lease(message: pb.Lease) -> Lease:
    if not message.HasField("round"):
        raise Malformed("a lease without round")
    return Lease(_round(message.round), message.number, _slots(message.slots))


def _numbers(frame: bytes, count: int | None = None) -> np.ndarray:
    if len(frame) % 4 or count is not None and len(frame) != 4 * count:
        raise Malformed(f"an array of {len(frame)} bytes")
    numbers = np.frombuffer(frame, dtype="<f4")
    if not np.isfinite(numbers).all():
        raise Malformed("a number that is not finite")
    return numbers


def _policy(message: pb.Policy, arrays: Sequence[bytes]) -> PolicyMessage:
    if not message.HasField("round") or not message.HasField("digest"):
        raise Malformed("a policy without round or digest")
    if not 1 <= message.slot_count <= SLOT_LIMIT:
        raise Malformed(f"a round of {message.slot_count} slots")
    size = message.normalized_size
    if len(arrays) != (2 if size else 1):
        raise Malformed(f"a policy with {len(arrays)} arrays")
    normalization = None
    if size:
        numbers = _numbers(arrays[1], 2 * size)
        normalization = (numbers[:size], numbers[size:])
    round = _round(message.round)
    leases = {
        lease.actor: Lease(round, lease.number, _slots(lease.slots, message.slot_count))
        for lease in message.first_leases
    }
    digest = (message.digest.high, message.digest.low)
    return PolicyMessage(
        round, message.slot_count, digest, _numbers(arrays[0]), normalization, leases
    )


def _welcome(message: pb.Welcome, arrays: Sequence[bytes]) -> Welcome:
    if not message.HasField("configuration"):
        raise Malformed("a welcome without configuration")
    if not message.HasField("policy") and arrays:
        raise Malformed("an array without policy")
    return Welcome(
        _configuration(message.configuration),
        _policy(message.policy, arrays) if message.HasField("policy") else None,
        _lease(message.lease) if message.HasField("lease") else None,
        message.greatest_frame_byte_count,
        message.suggested_lane_count if message.HasField("suggested_lane_count") else None,
        _host(message.host) if message.HasField("host") else None,
    )


def _host(message: pb.Host) -> Host:
    return Host(
        message.instruction_set,
        message.zeromq_version,
        message.sodium_version,
        message.clock_nanoseconds,
    )


def _configuration(message: pb.RunConfiguration) -> Configuration:
    activations = {pb.NONLINEARITY_TANH: "tanh", pb.NONLINEARITY_RELU: "relu"}
    transforms = {
        pb.ACTION_TRANSFORM_NONE: "none",
        pb.ACTION_TRANSFORM_CLIP: "clip",
        pb.ACTION_TRANSFORM_TANH: "tanh",
    }
    wrappers = Wrappers()
    if message.HasField("wrappers"):
        found = message.wrappers
        if found.action_transform not in transforms or not 1 <= found.frame_stack <= 64:
            raise Malformed("wrappers that no run can have")
        wrappers = Wrappers(
            found.step_limit if found.HasField("step_limit") else None,
            found.frame_stack,
            tuple(found.observation_scale),
            found.normalizes_observations,
            transforms[found.action_transform],
        )
    if message.policy.activation not in activations:
        raise Malformed("an unknown activation")
    return Configuration(
        message.environment,
        message.seed,
        tuple(message.policy.hidden),
        activations[message.policy.activation],
        wrappers,
        message.learner.method != pb.TRAINING_METHOD_POLICY_GRADIENT,
    )


# ---------------------------------------------------------------------------------------------------
# To the learner


class Speaker:
    """Writes the messages of one actor."""

    def __init__(self, actor: int) -> None:
        self._actor = actor
        self.run: tuple[int, int] | None = None

    def _envelope(self) -> pb.ActorEnvelope:
        envelope = pb.ActorEnvelope(protocol_version=PROTOCOL_VERSION, actor=self._actor)
        if self.run is not None:
            envelope.run.high, envelope.run.low = self.run
        return envelope

    def join(self, host_name: str, process_id: int, lane_count: int) -> list[bytes]:
        envelope = self._envelope()
        join = envelope.join
        join.host_name, join.process_id, join.lane_count = host_name, process_id, lane_count
        join.instruction_set = f"numpy {np.__version__}"
        join.arithmetic = pb.ARITHMETIC_APPROXIMATE
        return [envelope.SerializeToString()]

    def status(
        self,
        incarnation: int,
        round: Round | None,
        applied_lease: int | None,
        unplayed: set[int],
        step_count: int,
        play_nanoseconds: int,
    ) -> list[bytes]:
        envelope = self._envelope()
        status = envelope.status
        status.incarnation = incarnation
        if round is not None:
            _set_round(status.round, round)
            status.unplayed.extend(_ranges(unplayed))
        if applied_lease is not None:
            status.applied_lease = applied_lease
        status.step_count, status.play_nanoseconds = step_count, play_nanoseconds
        return [envelope.SerializeToString()]

    def trajectories(
        self,
        round: Round,
        policy_digest: tuple[int, int],
        lease: int,
        space: ActionSpace,
        episodes: Sequence[Episode],
    ) -> list[bytes]:
        """Five arrays behind the envelope: an approximate actor's log-probabilities are the last."""
        envelope = self._envelope()
        trajectories = envelope.trajectories
        _set_round(trajectories.round, round)
        trajectories.policy_digest.high, trajectories.policy_digest.low = policy_digest
        trajectories.lease = lease
        trajectories.sends_log_probabilities = True
        for episode in episodes:
            item = trajectories.episodes.add(slot=episode.slot, step_count=episode.step_count)
            item.end = (
                pb.EPISODE_END_TERMINATED if episode.is_terminated else pb.EPISODE_END_TRUNCATED
            )
            item.fingerprint.high, item.fingerprint.low = episode.fingerprint
        return [
            envelope.SerializeToString(),
            b"".join(e.observations.T.astype("<f4").tobytes() for e in episodes),
            b"".join(e.actions.T.astype(wire_type(space)).tobytes() for e in episodes),
            b"".join(e.rewards.astype("<f4").tobytes() for e in episodes),
            b"".join(e.final_observation.astype("<f4").tobytes() for e in episodes),
            b"".join(e.log_probabilities.astype("<f4").tobytes() for e in episodes),
        ]

    def leave(
        self,
        reason: str,
        round: Round | None,
        unplayed: set[int],
        is_fault: bool = False,
        fault_slot: int | None = None,
    ) -> list[bytes]:
        envelope = self._envelope()
        leave = envelope.leave
        leave.reason = reason.encode()[:1024].decode(errors="ignore")
        if round is not None:
            _set_round(leave.round, round)
            leave.unplayed.extend(_ranges(unplayed))
        if is_fault:
            leave.fault.SetInParent()
            if fault_slot is not None:
                leave.fault.slot = fault_slot
        return [envelope.SerializeToString()]


def _set_round(message: pb.Round, round: Round) -> None:
    message.version = round.version
    message.kind = (
        pb.ROUND_KIND_TRAINING if round.kind == Kind.TRAINING else pb.ROUND_KIND_EVALUATION
    )


def _ranges(slots: Iterable[int]) -> list[pb.SlotRange]:
    ranges: list[pb.SlotRange] = []
    for slot in sorted(slots):
        if ranges and ranges[-1].first + ranges[-1].count == slot:
            ranges[-1].count += 1
        else:
            ranges.append(pb.SlotRange(first=slot, count=1))
    return ranges
