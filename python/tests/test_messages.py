"""Messages of the learner, encoded by hand."""

import unittest

from troupe import troupe_pb2 as pb
from troupe.messages import PROTOCOL_VERSION, Host, decode


def welcome():
    """An envelope with the smallest welcome there is."""
    envelope = pb.LearnerEnvelope(protocol_version=PROTOCOL_VERSION)
    envelope.run.high = 1
    envelope.welcome.configuration.environment = "cartpole"
    envelope.welcome.configuration.policy.activation = pb.NONLINEARITY_TANH
    return envelope


def decoded(envelope):
    return decode([b"actor/0000000000000001/", envelope.SerializeToString()])[1]


class WelcomeTests(unittest.TestCase):
    def test_what_the_learner_tells_of_its_host(self):
        envelope = welcome()
        host = envelope.welcome.host
        host.instruction_set = "avx2"
        host.zeromq_version, host.sodium_version = "4.3.5", "1.0.20"
        host.clock_nanoseconds = 1_700_000_000_000_000_001
        expected = Host("avx2", "4.3.5", "1.0.20", 1_700_000_000_000_000_001)
        self.assertEqual(decoded(envelope).host, expected)

    def test_a_learner_that_tells_nothing(self):
        self.assertIsNone(decoded(welcome()).host)


if __name__ == "__main__":
    unittest.main()
