from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ACTION_TRANSFORM_CLIP: ActionTransform
ACTION_TRANSFORM_NONE: ActionTransform
ACTION_TRANSFORM_TANH: ActionTransform
ACTION_TRANSFORM_UNSPECIFIED: ActionTransform
ARITHMETIC_APPROXIMATE: Arithmetic
ARITHMETIC_EXACT: Arithmetic
ARITHMETIC_UNSPECIFIED: Arithmetic
BASELINE_LEAVE_ONE_OUT: Baseline
BASELINE_LEAVE_ONE_OUT_PER_STEP: Baseline
BASELINE_MEAN: Baseline
BASELINE_NONE: Baseline
BASELINE_STANDARDIZE: Baseline
BASELINE_UNSPECIFIED: Baseline
BASELINE_VALUE: Baseline
COLLECTION_EVERY_SLOT: Collection
COLLECTION_FIRST_COME: Collection
COLLECTION_UNSPECIFIED: Collection
DESCRIPTOR: _descriptor.FileDescriptor
EPISODE_END_TERMINATED: EpisodeEnd
EPISODE_END_TRUNCATED: EpisodeEnd
EPISODE_END_UNSPECIFIED: EpisodeEnd
ESTIMATOR_REWARD_TO_GO: Estimator
ESTIMATOR_TOTAL_RETURN: Estimator
ESTIMATOR_UNSPECIFIED: Estimator
INITIALIZATION_ORTHOGONAL: Initialization
INITIALIZATION_PYTORCH: Initialization
INITIALIZATION_UNSPECIFIED: Initialization
LEARNING_RATE_SCHEDULE_CONSTANT: LearningRateSchedule
LEARNING_RATE_SCHEDULE_COSINE: LearningRateSchedule
LEARNING_RATE_SCHEDULE_LINEAR: LearningRateSchedule
LEARNING_RATE_SCHEDULE_UNSPECIFIED: LearningRateSchedule
NONLINEARITY_RELU: Nonlinearity
NONLINEARITY_TANH: Nonlinearity
NONLINEARITY_UNSPECIFIED: Nonlinearity
OPTIMIZER_RULE_ADAM: OptimizerRule
OPTIMIZER_RULE_RMSPROP: OptimizerRule
OPTIMIZER_RULE_SGD: OptimizerRule
OPTIMIZER_RULE_UNSPECIFIED: OptimizerRule
REFUSAL_REASON_APPROXIMATE: RefusalReason
REFUSAL_REASON_DUPLICATE_ACTOR: RefusalReason
REFUSAL_REASON_NUMERICS_DIGEST: RefusalReason
REFUSAL_REASON_OTHER_RUN: RefusalReason
REFUSAL_REASON_PROTOCOL_VERSION: RefusalReason
REFUSAL_REASON_QUARANTINED: RefusalReason
REFUSAL_REASON_UNSPECIFIED: RefusalReason
ROUND_KIND_EVALUATION: RoundKind
ROUND_KIND_TRAINING: RoundKind
ROUND_KIND_UNSPECIFIED: RoundKind
TRAINING_METHOD_ANNEALING: TrainingMethod
TRAINING_METHOD_EVOLUTION_STRATEGIES: TrainingMethod
TRAINING_METHOD_HILL_CLIMBING: TrainingMethod
TRAINING_METHOD_POLICY_GRADIENT: TrainingMethod
TRAINING_METHOD_UNSPECIFIED: TrainingMethod

class ActorEnvelope(_message.Message):
    __slots__ = ["actor", "join", "leave", "protocol_version", "returns", "run", "status", "trajectories"]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    JOIN_FIELD_NUMBER: _ClassVar[int]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORIES_FIELD_NUMBER: _ClassVar[int]
    actor: int
    join: Join
    leave: Leave
    protocol_version: int
    returns: Returns
    run: Digest
    status: Status
    trajectories: Trajectories
    def __init__(self, protocol_version: _Optional[int] = ..., actor: _Optional[int] = ..., run: _Optional[_Union[Digest, _Mapping]] = ..., join: _Optional[_Union[Join, _Mapping]] = ..., status: _Optional[_Union[Status, _Mapping]] = ..., trajectories: _Optional[_Union[Trajectories, _Mapping]] = ..., leave: _Optional[_Union[Leave, _Mapping]] = ..., returns: _Optional[_Union[Returns, _Mapping]] = ...) -> None: ...

class ActorPreamble(_message.Message):
    __slots__ = ["actor", "join", "leave", "protocol_version", "returns", "status", "trajectories"]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    JOIN_FIELD_NUMBER: _ClassVar[int]
    LEAVE_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TRAJECTORIES_FIELD_NUMBER: _ClassVar[int]
    actor: int
    join: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    leave: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    protocol_version: int
    returns: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    status: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    trajectories: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    def __init__(self, protocol_version: _Optional[int] = ..., actor: _Optional[int] = ..., join: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., status: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., trajectories: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., leave: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., returns: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ...) -> None: ...

class Digest(_message.Message):
    __slots__ = ["high", "low"]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    high: int
    low: int
    def __init__(self, high: _Optional[int] = ..., low: _Optional[int] = ...) -> None: ...

class EnvironmentFault(_message.Message):
    __slots__ = ["slot"]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    slot: int
    def __init__(self, slot: _Optional[int] = ...) -> None: ...

class Episode(_message.Message):
    __slots__ = ["end", "fingerprint", "slot", "step_count"]
    END_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    end: EpisodeEnd
    fingerprint: Digest
    slot: int
    step_count: int
    def __init__(self, slot: _Optional[int] = ..., step_count: _Optional[int] = ..., end: _Optional[_Union[EpisodeEnd, str]] = ..., fingerprint: _Optional[_Union[Digest, _Mapping]] = ...) -> None: ...

class FirstLease(_message.Message):
    __slots__ = ["actor", "number", "slots"]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    actor: int
    number: int
    slots: _containers.RepeatedCompositeFieldContainer[SlotRange]
    def __init__(self, actor: _Optional[int] = ..., number: _Optional[int] = ..., slots: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ...) -> None: ...

class Goodbye(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Host(_message.Message):
    __slots__ = ["clock_nanoseconds", "instruction_set", "sodium_version", "zeromq_version"]
    CLOCK_NANOSECONDS_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_SET_FIELD_NUMBER: _ClassVar[int]
    SODIUM_VERSION_FIELD_NUMBER: _ClassVar[int]
    ZEROMQ_VERSION_FIELD_NUMBER: _ClassVar[int]
    clock_nanoseconds: int
    instruction_set: str
    sodium_version: str
    zeromq_version: str
    def __init__(self, instruction_set: _Optional[str] = ..., zeromq_version: _Optional[str] = ..., sodium_version: _Optional[str] = ..., clock_nanoseconds: _Optional[int] = ...) -> None: ...

class Join(_message.Message):
    __slots__ = ["arithmetic", "host_name", "instruction_set", "lane_count", "numerics_digest", "process_id"]
    ARITHMETIC_FIELD_NUMBER: _ClassVar[int]
    HOST_NAME_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_SET_FIELD_NUMBER: _ClassVar[int]
    LANE_COUNT_FIELD_NUMBER: _ClassVar[int]
    NUMERICS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    arithmetic: Arithmetic
    host_name: str
    instruction_set: str
    lane_count: int
    numerics_digest: Digest
    process_id: int
    def __init__(self, numerics_digest: _Optional[_Union[Digest, _Mapping]] = ..., host_name: _Optional[str] = ..., process_id: _Optional[int] = ..., lane_count: _Optional[int] = ..., instruction_set: _Optional[str] = ..., arithmetic: _Optional[_Union[Arithmetic, str]] = ...) -> None: ...

class LearnerConfiguration(_message.Message):
    __slots__ = ["baseline", "collection", "discount", "entropy_coefficient", "episodes_per_update", "estimator", "gradient_norm_limit", "learning_rate", "method", "normalize_advantages", "optimizer", "reward_scale", "schedule", "schedule_updates", "search", "value_function", "weighs_by_discount"]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    ENTROPY_COEFFICIENT_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PER_UPDATE_FIELD_NUMBER: _ClassVar[int]
    ESTIMATOR_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_LIMIT_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    NORMALIZE_ADVANTAGES_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    REWARD_SCALE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_UPDATES_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    VALUE_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    WEIGHS_BY_DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    baseline: Baseline
    collection: Collection
    discount: float
    entropy_coefficient: float
    episodes_per_update: int
    estimator: Estimator
    gradient_norm_limit: float
    learning_rate: float
    method: TrainingMethod
    normalize_advantages: bool
    optimizer: OptimizerRule
    reward_scale: float
    schedule: LearningRateSchedule
    schedule_updates: int
    search: SearchConfiguration
    value_function: ValueConfiguration
    weighs_by_discount: bool
    def __init__(self, episodes_per_update: _Optional[int] = ..., estimator: _Optional[_Union[Estimator, str]] = ..., baseline: _Optional[_Union[Baseline, str]] = ..., discount: _Optional[float] = ..., normalize_advantages: bool = ..., entropy_coefficient: _Optional[float] = ..., gradient_norm_limit: _Optional[float] = ..., reward_scale: _Optional[float] = ..., optimizer: _Optional[_Union[OptimizerRule, str]] = ..., learning_rate: _Optional[float] = ..., schedule: _Optional[_Union[LearningRateSchedule, str]] = ..., schedule_updates: _Optional[int] = ..., value_function: _Optional[_Union[ValueConfiguration, _Mapping]] = ..., method: _Optional[_Union[TrainingMethod, str]] = ..., search: _Optional[_Union[SearchConfiguration, _Mapping]] = ..., weighs_by_discount: bool = ..., collection: _Optional[_Union[Collection, str]] = ...) -> None: ...

class LearnerEnvelope(_message.Message):
    __slots__ = ["goodbye", "incarnation", "lease", "policy", "protocol_version", "refusal", "run", "sequence", "welcome"]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    goodbye: Goodbye
    incarnation: int
    lease: Lease
    policy: Policy
    protocol_version: int
    refusal: Refusal
    run: Digest
    sequence: int
    welcome: Welcome
    def __init__(self, protocol_version: _Optional[int] = ..., run: _Optional[_Union[Digest, _Mapping]] = ..., incarnation: _Optional[int] = ..., sequence: _Optional[int] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ..., welcome: _Optional[_Union[Welcome, _Mapping]] = ..., lease: _Optional[_Union[Lease, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ...) -> None: ...

class LearnerPreamble(_message.Message):
    __slots__ = ["goodbye", "lease", "policy", "protocol_version", "refusal", "welcome"]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    goodbye: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    lease: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    policy: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    protocol_version: int
    refusal: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    welcome: _containers.RepeatedCompositeFieldContainer[Uninterpreted]
    def __init__(self, protocol_version: _Optional[int] = ..., policy: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., welcome: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., lease: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., goodbye: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ..., refusal: _Optional[_Iterable[_Union[Uninterpreted, _Mapping]]] = ...) -> None: ...

class Lease(_message.Message):
    __slots__ = ["number", "round", "slots"]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    number: int
    round: Round
    slots: _containers.RepeatedCompositeFieldContainer[SlotRange]
    def __init__(self, round: _Optional[_Union[Round, _Mapping]] = ..., number: _Optional[int] = ..., slots: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ...) -> None: ...

class Leave(_message.Message):
    __slots__ = ["fault", "reason", "round", "unplayed"]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    UNPLAYED_FIELD_NUMBER: _ClassVar[int]
    fault: EnvironmentFault
    reason: str
    round: Round
    unplayed: _containers.RepeatedCompositeFieldContainer[SlotRange]
    def __init__(self, reason: _Optional[str] = ..., round: _Optional[_Union[Round, _Mapping]] = ..., unplayed: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ..., fault: _Optional[_Union[EnvironmentFault, _Mapping]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ["end", "episode_return", "fingerprint", "slot", "step_count"]
    END_FIELD_NUMBER: _ClassVar[int]
    EPISODE_RETURN_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    end: EpisodeEnd
    episode_return: float
    fingerprint: Digest
    slot: int
    step_count: int
    def __init__(self, slot: _Optional[int] = ..., step_count: _Optional[int] = ..., end: _Optional[_Union[EpisodeEnd, str]] = ..., episode_return: _Optional[float] = ..., fingerprint: _Optional[_Union[Digest, _Mapping]] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ["digest", "first_leases", "normalized_size", "perturbation_scale", "round", "slot_count"]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FIRST_LEASES_FIELD_NUMBER: _ClassVar[int]
    NORMALIZED_SIZE_FIELD_NUMBER: _ClassVar[int]
    PERTURBATION_SCALE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SLOT_COUNT_FIELD_NUMBER: _ClassVar[int]
    digest: Digest
    first_leases: _containers.RepeatedCompositeFieldContainer[FirstLease]
    normalized_size: int
    perturbation_scale: float
    round: Round
    slot_count: int
    def __init__(self, round: _Optional[_Union[Round, _Mapping]] = ..., slot_count: _Optional[int] = ..., digest: _Optional[_Union[Digest, _Mapping]] = ..., first_leases: _Optional[_Iterable[_Union[FirstLease, _Mapping]]] = ..., normalized_size: _Optional[int] = ..., perturbation_scale: _Optional[float] = ...) -> None: ...

class PolicyConfiguration(_message.Message):
    __slots__ = ["activation", "hidden", "initial_log_deviation", "initialization"]
    ACTIVATION_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    INITIALIZATION_FIELD_NUMBER: _ClassVar[int]
    INITIAL_LOG_DEVIATION_FIELD_NUMBER: _ClassVar[int]
    activation: Nonlinearity
    hidden: _containers.RepeatedScalarFieldContainer[int]
    initial_log_deviation: float
    initialization: Initialization
    def __init__(self, hidden: _Optional[_Iterable[int]] = ..., activation: _Optional[_Union[Nonlinearity, str]] = ..., initialization: _Optional[_Union[Initialization, str]] = ..., initial_log_deviation: _Optional[float] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ["identity_key", "reason", "text"]
    IDENTITY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    identity_key: str
    reason: RefusalReason
    text: str
    def __init__(self, reason: _Optional[_Union[RefusalReason, str]] = ..., text: _Optional[str] = ..., identity_key: _Optional[str] = ...) -> None: ...

class Returns(_message.Message):
    __slots__ = ["lease", "outcomes", "policy_digest", "round"]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    lease: int
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    policy_digest: Digest
    round: Round
    def __init__(self, round: _Optional[_Union[Round, _Mapping]] = ..., policy_digest: _Optional[_Union[Digest, _Mapping]] = ..., lease: _Optional[int] = ..., outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ...) -> None: ...

class Round(_message.Message):
    __slots__ = ["kind", "version"]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    kind: RoundKind
    version: int
    def __init__(self, version: _Optional[int] = ..., kind: _Optional[_Union[RoundKind, str]] = ...) -> None: ...

class RunConfiguration(_message.Message):
    __slots__ = ["environment", "learner", "policy", "seed", "wrappers"]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    LEARNER_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    WRAPPERS_FIELD_NUMBER: _ClassVar[int]
    environment: str
    learner: LearnerConfiguration
    policy: PolicyConfiguration
    seed: int
    wrappers: Wrappers
    def __init__(self, environment: _Optional[str] = ..., seed: _Optional[int] = ..., policy: _Optional[_Union[PolicyConfiguration, _Mapping]] = ..., learner: _Optional[_Union[LearnerConfiguration, _Mapping]] = ..., wrappers: _Optional[_Union[Wrappers, _Mapping]] = ...) -> None: ...

class SearchConfiguration(_message.Message):
    __slots__ = ["cooling", "episodes_per_candidate", "highest_noise", "lowest_noise", "noise", "temperature"]
    COOLING_FIELD_NUMBER: _ClassVar[int]
    EPISODES_PER_CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_NOISE_FIELD_NUMBER: _ClassVar[int]
    LOWEST_NOISE_FIELD_NUMBER: _ClassVar[int]
    NOISE_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    cooling: float
    episodes_per_candidate: int
    highest_noise: float
    lowest_noise: float
    noise: float
    temperature: float
    def __init__(self, episodes_per_candidate: _Optional[int] = ..., noise: _Optional[float] = ..., lowest_noise: _Optional[float] = ..., highest_noise: _Optional[float] = ..., temperature: _Optional[float] = ..., cooling: _Optional[float] = ...) -> None: ...

class SlotRange(_message.Message):
    __slots__ = ["count", "first"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    count: int
    first: int
    def __init__(self, first: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ["applied_lease", "incarnation", "play_nanoseconds", "round", "step_count", "unplayed"]
    APPLIED_LEASE_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PLAY_NANOSECONDS_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNPLAYED_FIELD_NUMBER: _ClassVar[int]
    applied_lease: int
    incarnation: int
    play_nanoseconds: int
    round: Round
    step_count: int
    unplayed: _containers.RepeatedCompositeFieldContainer[SlotRange]
    def __init__(self, incarnation: _Optional[int] = ..., round: _Optional[_Union[Round, _Mapping]] = ..., applied_lease: _Optional[int] = ..., unplayed: _Optional[_Iterable[_Union[SlotRange, _Mapping]]] = ..., step_count: _Optional[int] = ..., play_nanoseconds: _Optional[int] = ...) -> None: ...

class Trajectories(_message.Message):
    __slots__ = ["episodes", "lease", "policy_digest", "round", "sends_log_probabilities"]
    EPISODES_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    POLICY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    SENDS_LOG_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    episodes: _containers.RepeatedCompositeFieldContainer[Episode]
    lease: int
    policy_digest: Digest
    round: Round
    sends_log_probabilities: bool
    def __init__(self, round: _Optional[_Union[Round, _Mapping]] = ..., policy_digest: _Optional[_Union[Digest, _Mapping]] = ..., lease: _Optional[int] = ..., episodes: _Optional[_Iterable[_Union[Episode, _Mapping]]] = ..., sends_log_probabilities: bool = ...) -> None: ...

class Uninterpreted(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ValueConfiguration(_message.Message):
    __slots__ = ["hidden", "learning_rate", "passes"]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    LAMBDA_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    PASSES_FIELD_NUMBER: _ClassVar[int]
    hidden: _containers.RepeatedScalarFieldContainer[int]
    learning_rate: float
    passes: int
    def __init__(self, hidden: _Optional[_Iterable[int]] = ..., learning_rate: _Optional[float] = ..., passes: _Optional[int] = ..., **kwargs) -> None: ...

class Welcome(_message.Message):
    __slots__ = ["configuration", "greatest_frame_byte_count", "host", "lease", "policy", "suggested_lane_count"]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    GREATEST_FRAME_BYTE_COUNT_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_LANE_COUNT_FIELD_NUMBER: _ClassVar[int]
    configuration: RunConfiguration
    greatest_frame_byte_count: int
    host: Host
    lease: Lease
    policy: Policy
    suggested_lane_count: int
    def __init__(self, configuration: _Optional[_Union[RunConfiguration, _Mapping]] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ..., lease: _Optional[_Union[Lease, _Mapping]] = ..., greatest_frame_byte_count: _Optional[int] = ..., suggested_lane_count: _Optional[int] = ..., host: _Optional[_Union[Host, _Mapping]] = ...) -> None: ...

class Wrappers(_message.Message):
    __slots__ = ["action_transform", "frame_stack", "normalizes_observations", "observation_scale", "step_limit"]
    ACTION_TRANSFORM_FIELD_NUMBER: _ClassVar[int]
    FRAME_STACK_FIELD_NUMBER: _ClassVar[int]
    NORMALIZES_OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_SCALE_FIELD_NUMBER: _ClassVar[int]
    STEP_LIMIT_FIELD_NUMBER: _ClassVar[int]
    action_transform: ActionTransform
    frame_stack: int
    normalizes_observations: bool
    observation_scale: _containers.RepeatedScalarFieldContainer[float]
    step_limit: int
    def __init__(self, step_limit: _Optional[int] = ..., frame_stack: _Optional[int] = ..., observation_scale: _Optional[_Iterable[float]] = ..., normalizes_observations: bool = ..., action_transform: _Optional[_Union[ActionTransform, str]] = ...) -> None: ...

class RoundKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RefusalReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ActionTransform(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Nonlinearity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Initialization(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Estimator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Baseline(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class OptimizerRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class LearningRateSchedule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class TrainingMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Collection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Arithmetic(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class EpisodeEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
