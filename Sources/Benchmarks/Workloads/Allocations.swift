import CBenchmarks

package enum Allocations {
  /// Calls of malloc and its relatives, by any thread of this process, while `body` runs.
  package static func count(during body: () throws -> Void) rethrows -> Int {
    let before = bench_allocation_count()
    try body()
    return Int(bench_allocation_count() - before)
  }
}
