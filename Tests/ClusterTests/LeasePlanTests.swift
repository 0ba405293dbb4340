import Cluster
import Testing

@Suite("Lease plan")
struct LeasePlanTests {
  @Test("first leases cover what finds a lane, and three quarters at least, whatever the speeds")
  func coverage() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      let slotCount = random.index(below: 500)
      let weights = (0..<1 + random.index(below: 9)).map { _ in
        Double(1 + random.index(below: 1000)) * (random.chance(0.1) ? 1e9 : 1)
      }
      let laneCount = weights.count * (1 + random.index(below: 40))
      let sizes = LeasePlan.firstLeases(
        slotCount: slotCount, weights: weights, laneCount: laneCount)
      let covered = sizes.reduce(0, +)
      #expect(sizes.count == weights.count && sizes.allSatisfy { $0 >= 0 })
      #expect(covered == max(min(slotCount, laneCount), slotCount - slotCount / 4))
      for (i, size) in sizes.enumerated() {
        let fair = Double(covered) * weights[i] / weights.reduce(0, +)
        #expect(abs(Double(size) - fair) <= 1)
      }
    }
    #expect(LeasePlan.firstLeases(slotCount: 8, weights: [], laneCount: 0).isEmpty)
  }

  @Test("a piece is never empty, never more than is open, and an idle actor always gets one")
  func pieces() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<5000 {
      let open = 1 + random.index(below: 3000)
      let lanes = 1 + random.index(below: 64)
      let held = random.index(below: 200)
      let share = Double(1 + random.index(below: 1000)) / 1000
      let piece = LeasePlan.piece(
        held: held, lanes: lanes, open: open, share: share, isMeasured: random.chance(0.5))
      #expect(piece >= 1 && piece <= open)
      #expect(LeasePlan.isHungry(held: 0, lanes: lanes, open: open, share: share))
      #expect(!LeasePlan.isHungry(held: 2 * lanes, lanes: lanes, open: open, share: share))
    }
  }

  @Test("an actor of unknown speed gets no more than it can start twice over")
  func unmeasured() {
    #expect(
      LeasePlan.piece(held: 0, lanes: 4, open: 1000, share: 1, isMeasured: false) == 8)
    #expect(
      LeasePlan.piece(held: 0, lanes: 4, open: 1000, share: 1, isMeasured: true) == 500)
  }
}
