import Cluster
import RL
import Testing

@Suite("Ledger and agendas on a bad network")
struct RoundLedgerSimulationTests {
  @Test(
    "a random walk breaks no invariant, and the run goes on once the faults stop",
    arguments: FaultProfile.all)
  func walk(profile: FaultProfile) {
    let seed = SeededGenerator.testSeed
    let cluster = SimulatedCluster(profile, seed: seed)
    while cluster.stepCount < 11_200, cluster.failures.isEmpty { cluster.step() }
    #expect(cluster.complete(1, within: .seconds(60)), "the walk ends with the round")
    let episodesPerSlot = Double(cluster.startedCount) / Double(cluster.episodesWanted)
    let longestRound = cluster.longestRound
    cluster.heal()
    let goesOn = cluster.complete(3, within: .seconds(60))
    let summary: Comment = """
      TROUPE_TEST_SEED=\(seed) \(profile): \(cluster.stepCount) steps in \(cluster.now), \
      \(cluster.roundsCompleted) rounds, longest \(longestRound), \(episodesPerSlot) episodes a slot
      """
    print(summary)
    #expect(cluster.failures.isEmpty, summary)
    #expect(goesOn, summary)
    #expect(longestRound <= profile.roundLimit, summary)
    if let limit = profile.startLimit { #expect(episodesPerSlot <= limit, summary) }
  }
}
