/// The version of the messages that this build speaks; peers of another version are refused.
package enum WireProtocol {
  package static let version: UInt32 = 1
}
