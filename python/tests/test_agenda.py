"""The actor's side of leases, incarnations and statuses."""

import unittest

from troupe.agenda import Agenda, Duty, Lease, Origin
from troupe.rollout import Round

RUN, OTHER_RUN = (1, 2), (3, 4)
ROUND, NEXT_ROUND = Round(5, 0), Round(6, 0)


def lease(number, *slots, round=ROUND):
    return Lease(round, number, frozenset(slots))


class AgendaTests(unittest.TestCase):
    def setUp(self):
        self.agenda = Agenda(0)
        self.sequence = 0
        self.assertTrue(self.hear(is_welcome=True))
        self.agenda.adopt(ROUND, 0)
        self.agenda.apply(lease(1, 0, 1, 2, 3), 0)

    def hear(self, run=RUN, incarnation=7, sequence=None, is_welcome=False):
        self.sequence += 1
        origin = Origin(run, incarnation, self.sequence if sequence is None else sequence)
        return self.agenda.hear(origin, 0, is_welcome)

    def play(self, count):
        slots = [self.agenda.next_slot() for _ in range(count)]
        return slots, [self.agenda.finish(slot) for slot in slots]

    def test_joins_at_growing_intervals_until_it_is_welcome(self):
        agenda, times, now = Agenda(0), [], 0.0
        while len(times) < 8:
            now = agenda.next_duty_at
            self.assertIs(agenda.next_duty(now), Duty.JOIN)
            self.assertIsNone(agenda.next_duty(now))
            times.append(now)
        waits = [round(b - a, 3) for a, b in zip(times, times[1:])]
        self.assertEqual(waits, [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.5])

    def test_older_messages_and_other_runs_are_ignored(self):
        self.assertFalse(self.hear(sequence=1))
        self.assertFalse(self.hear(run=OTHER_RUN))
        self.assertTrue(self.hear())

    def test_another_incarnation_voids_everything(self):
        self.agenda.next_slot()
        self.assertTrue(self.hear(incarnation=8, sequence=0))
        self.assertEqual((self.agenda.round, self.agenda.lease_number), (None, None))
        self.assertTrue(self.agenda.is_idle)
        self.assertFalse(self.agenda.is_joined)
        self.assertIs(self.agenda.next_duty(0), Duty.JOIN)

    def test_a_lease_is_complete(self):
        self.assertEqual(self.agenda.next_slot(), 0)
        self.assertEqual(self.agenda.apply(lease(2, 2, 9), 0), {0})
        self.assertFalse(self.agenda.finish(0))
        self.assertEqual([self.agenda.next_slot() for _ in range(3)], [2, 9, None])

    def test_an_old_lease_or_one_of_another_round_changes_nothing(self):
        self.agenda.apply(lease(1, 7), 0)
        self.agenda.apply(lease(2, 7, round=NEXT_ROUND), 0)
        self.assertEqual(self.agenda.unplayed, {0, 1, 2, 3})
        # But it is answered.
        self.assertIs(self.agenda.next_duty(0), Duty.STATUS)

    def test_what_was_pushed_is_played_again_only_if_it_is_listed_anew(self):
        self.play(4)
        self.assertEqual(self.agenda.unplayed, {0, 1, 2, 3})
        self.agenda.push_finished(0)
        self.assertEqual(self.agenda.unplayed, set())
        self.agenda.apply(lease(2, 1, 4), 0)
        self.assertEqual([self.agenda.next_slot() for _ in range(2)], [4, None])
        self.agenda.apply(lease(3, 4), 0)
        self.agenda.apply(lease(4, 1, 4), 0)
        self.assertEqual(self.agenda.unplayed, {1, 4})
        self.assertEqual(self.agenda.next_slot(), 1)

    def test_statuses_come_at_once_when_idle_and_then_more_and_more_rarely(self):
        self.agenda.next_duty(0)
        self.assertEqual(self.agenda.next_duty_at, 0.5)
        self.play(4)
        self.agenda.push_finished(0.1)
        times, now = [], 0.1
        while len(times) < 4:
            self.assertIs(self.agenda.next_duty(now), Duty.STATUS)
            times.append(round(self.agenda.next_duty_at - now, 4))
            now = self.agenda.next_duty_at
        self.assertEqual(times, [0.016, 0.032, 0.064, 0.128])

    def test_a_welcome_without_lease_asks_for_another_join(self):
        self.agenda.apply(None, 0)
        self.assertIs(self.agenda.next_duty(0), Duty.JOIN)


if __name__ == "__main__":
    unittest.main()
