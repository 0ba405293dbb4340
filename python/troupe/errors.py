"""What can go wrong, and the exit code (of sysexits.h) that says whose fault it is."""


class TroupeError(Exception):
    """One sentence that says what, where, and what to do."""

    exit_code = 70


class ProtocolProblem(TroupeError):
    """The learner speaks another version of the protocol, or says something that it forbids."""

    exit_code = 65


class EnvironmentFault(TroupeError):
    """The environment raised an exception or returned a number that is not finite."""

    exit_code = 65

    def __init__(self, text: str, slot: int | None = None) -> None:
        super().__init__(text)
        self.slot = slot


class KeyProblem(TroupeError):
    """There are no keys where some are needed, or a key file that cannot be used."""

    exit_code = 64


class Refused(TroupeError):
    """The learner does not want this actor; `reason` is the name of a RefusalReason of troupe.proto."""

    exit_code = 69

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"the learner refused this actor: {text}")
        self.reason = reason


class NoLearner(TroupeError):
    """No learner was heard for as long as the actor's patience."""

    exit_code = 75
