internal import CKernels

/// How this thread's floating-point unit rounds: to nearest, denormals kept, no traps.
///
/// A thread inherits the mode of the one that made it, flush-to-zero included, so every thread that
/// calls a kernel establishes it first.
package enum FloatingPointMode {
  /// Sets MXCSR to 0x1F80, or FPCR to 0.
  package static func establish() { troupe_establish_float_mode() }

  /// Whether this thread computes in that mode.
  package static var isEstablished: Bool { troupe_float_mode_is_established() }
}
