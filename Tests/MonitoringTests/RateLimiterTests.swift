import Monitoring
import Testing

@Suite struct RateLimiterTests {
  let start = ContinuousClock.now

  @Test("one line per interval and key is let through, and the rest counted")
  func intervals() {
    var limiter = RateLimiter<String>(interval: .seconds(10))
    #expect(limiter.admit("a", now: start) == 0)
    #expect(limiter.admit("a", now: start) == nil)
    #expect(limiter.admit("b", now: start + .seconds(1)) == 0)
    #expect(limiter.admit("a", now: start + .milliseconds(9999)) == nil)
    #expect(limiter.admit("a", now: start + .seconds(10)) == 2)
    #expect(limiter.admit("a", now: start + .seconds(11)) == nil)
    #expect(limiter.admit("a", now: start + .seconds(60)) == 1)
    #expect(limiter.admit("a", now: start + .seconds(90)) == 0)
  }

  @Test("invented keys cost a bounded memory, and old ones make room")
  func capacity() {
    var limiter = RateLimiter<Int>(interval: .seconds(10), capacity: 4)
    for key in 0..<4 { #expect(limiter.admit(key, now: start) == 0) }
    for key in 4..<100 { #expect(limiter.admit(key, now: start) == nil) }
    #expect(limiter.admit(100, now: start + .seconds(10)) == 0)
    #expect(limiter.admit(101, now: start + .seconds(10)) == 0)
  }
}
