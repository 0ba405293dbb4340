import CZeroMQ

/// What the libzmq in use is able to do.
package enum LibraryFacts {
  /// As `4.3.4`.
  package static var version: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    // SAFETY: one number is written into each.
    unsafe zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Whether it was built with encryption.
  package static var hasCurve: Bool {
    // SAFETY: the name is a literal that ends with zero.
    unsafe zmq_has("curve") == 1
  }
}
