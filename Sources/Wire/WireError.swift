internal import Kernels
package import Learning
internal import RL

/// Why bytes from outside are not the message or file they claim to be.
///
/// Fields are named as in `troupe.proto` or, for files, as the file names them.
package enum WireError: Error, Hashable, CustomStringConvertible {
  /// The peer speaks another version; `sender` is known for actors and says whom to refuse.
  case protocolVersion(expected: UInt32, found: UInt32, sender: ActorID?)
  /// A message has another number of frames than its envelope asks for.
  case frameCount(expected: Int, found: Int)
  /// An array or a file has another size than what describes it says. Units: bytes.
  case size(field: String, expected: UInt64, found: UInt64)
  /// A size or count is beyond what the reader accepts.
  case exceedsLimit(field: String, limit: UInt64, found: UInt64)
  /// A field that the message needs is absent.
  case missing(field: String)
  /// A value outside its range.
  case invalid(field: String, found: String, allowed: String)
  /// A run configuration that no run can have.
  case configuration(ConfigurationError)
  /// Bytes that cannot be parsed at all; `offset` where that is known.
  case malformed(field: String, problem: String, offset: Int?)
  /// A file whose content is not what was written.
  case checksum(expected: String, found: String)

  package var description: String {
    switch self {
    case .protocolVersion(let expected, let found, let sender):
      let peer = sender.map { "actor \($0)" } ?? "the learner"
      return "\(peer) speaks protocol version \(found), this program \(expected)"
    case .frameCount(let expected, let found):
      return "the message has \(found) frames, but its envelope asks for \(expected)"
    case .size(let field, let expected, let found):
      return "\(field) has \(found) bytes instead of \(expected)"
    case .exceedsLimit(let field, let limit, let found):
      return "\(field) is \(found), beyond the limit of \(limit)"
    case .missing(let field):
      return "\(field) is missing"
    case .invalid(let field, let found, let allowed):
      return "\(field) is \(found), but must be \(allowed)"
    case .configuration(let error):
      return "the run configuration is not valid: \(error)"
    case .malformed(let field, let problem, let offset):
      let place = offset.map { " at byte \($0)" } ?? ""
      return "\(field) cannot be read: \(problem)\(place)"
    case .checksum(let expected, let found):
      return "the content has SHA-256 \(found) instead of \(expected): truncated or corrupt"
    }
  }
}
