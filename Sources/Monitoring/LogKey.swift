package import Logging

// Every key under which a fact stands in a log line, once; those of numbers are in MetricName.swift.
// Names are stable: tools read them.

/// A key of a log line's metadata.
package enum LogKey: String, Hashable, Sendable, CaseIterable {
  /// 16 hexadecimal digits of the actor's id.
  case actor
  case actors
  /// Where actors connect to.
  case address
  case attempts
  case count
  case endpoint
  case episodes
  case environment
  /// Description of an error.
  case error
  case host
  /// Public key of a peer, with the name of its file.
  case key
  case lanes
  /// Number of a lease.
  case lease
  case path
  case reason
  /// 32 hexadecimal digits of the run's id.
  case run
  case seconds
  case seed
  case slot
  case slots
  case step
  /// Of another process, in decimal.
  case pid
  /// Another actor that the line speaks of.
  case other
  /// Trajectories of an actor that could not be reproduced, so far.
  case refusals
  /// Instruction set of an actor's kernels.
  case instructions
  /// Lines of the same kind that were left out since the last one.
  case suppressed
  case threads
  case version
}

/// The metadata of a log line: `logger.info("actor joined", metadata: fields([.actor: id, .lanes: 64]))`.
///
/// Numbers stay numbers in JSON. A key given twice keeps its last value.
package func fields(
  _ values: KeyValuePairs<LogKey, any CustomStringConvertible & Sendable>
) -> Logger.Metadata {
  Logger.Metadata(
    values.map { ($0.key.rawValue, .stringConvertible($0.value)) }, uniquingKeysWith: { $1 })
}
