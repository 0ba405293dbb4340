import Cluster
import Testing
import TroupeCommands

@Suite struct StepLatencyOptionTests {
  @Test("the latency comes from a flag, a variable or a file, and reaches the role")
  func given() throws {
    let place = try Workplace()
    #expect(place.troupe("train", "cartpole").train?.latency == StepLatency())
    let flag = place.troupe("train", "cartpole", "--step-latency", "1ms")
    #expect(flag.train?.latency.duration == .milliseconds(1), "\(flag.error)")
    #expect(flag.train?.latency.unit == .lane)
    let file = try place.file("slow.yaml", "step-latency: 20us\nstep-latency-per: tick\n")
    let read = place.troupe("train", "cartpole", "--config", file)
    #expect(read.train?.latency.duration == .microseconds(20), "\(read.error)")
    #expect(read.train?.latency.unit == .tick)
    let actor = place.run(
      ["actor", "--connect", "tcp://127.0.0.1:5555"], variables: ["TROUPE_STEP_LATENCY": "2ms"])
    #expect(actor.actor?.latency.duration == .milliseconds(2), "\(actor.error)")
  }

  @Test("a Gymnasium environment and a time without a unit are refused")
  func refused() throws {
    let place = try Workplace()
    let outcome = place.troupe("train", "gymnasium:CartPole-v1", "--step-latency", "1ms")
    #expect(outcome.code == 64)
    #expect(
      outcome.error
        == "troupe: error: --step-latency is 1ms, but must be 0 for a Gymnasium environment, whose steps "
        + "take their own time\n")
    let number = place.troupe("train", "cartpole", "--step-latency", "1")
    #expect(number.code == 64)
    #expect(number.error.contains("must be a time such as 1ms, 20us or 0, at most 60s"))
  }
}
