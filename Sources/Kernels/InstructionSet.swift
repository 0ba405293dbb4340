internal import CKernels

/// Why no instruction set was chosen.
package enum InstructionSetError: Error, Hashable, Sendable {
  /// TROUPE_ISA names no instruction set of this kind of machine.
  case unknown(name: String)
  /// TROUPE_ISA names one that this CPU or operating system lacks.
  case unsupported(InstructionSet)
}

extension InstructionSetError: CustomStringConvertible {
  package var description: String {
    let choices = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return switch self {
    case .unknown(let name):
      "TROUPE_ISA is '\(name)', which is no instruction set; this machine has \(choices)"
    case .unsupported(let set):
      "TROUPE_ISA is '\(set.rawValue)', which this machine lacks; it has \(choices)"
    }
  }
}

/// The instruction set that the kernels are compiled for. All give the same bits.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// x86-64 without fused multiply-adds: correct anywhere and slow.
  case baseline
  case avx2
  case avx512
  case neon

  /// Those of this build that the CPU and the operating system support, the slowest first.
  package static var available: [InstructionSet] {
    allCases.filter { troupe_isa_available($0.code) }
  }

  /// What kernels called from this thread use.
  package static var current: InstructionSet {
    let code = troupe_isa_current()
    return allCases.first { $0.code == code } ?? .baseline
  }

  /// Chooses for the whole process: what TROUPE_ISA asks for, or else the fastest available.
  ///
  /// - Throws: `unknown` or `unsupported` if TROUPE_ISA cannot be met.
  @discardableResult
  package static func select() throws(InstructionSetError) -> InstructionSet {
    let chosen: InstructionSet
    // SAFETY: a string of the environment is null-terminated; it is copied at once.
    if let value = unsafe troupe_isa_requested(), case let name = unsafe String(cString: value),
      !name.isEmpty
    {
      chosen = try named(name)
    } else {
      let code = troupe_isa_best()
      chosen = allCases.first { $0.code == code } ?? .baseline
    }
    troupe_isa_select(chosen.code)
    return chosen
  }

  /// The available instruction set called `name`.
  package static func named(_ name: String) throws(InstructionSetError) -> InstructionSet {
    guard let set = InstructionSet(rawValue: name) else { throw .unknown(name: name) }
    guard troupe_isa_available(set.code) else { throw .unsupported(set) }
    return set
  }

  /// Runs `body` with the kernels of `set` on this thread, whatever the process uses; for tests.
  ///
  /// - Precondition: `set` is available.
  package static func withInstructionSet<Result>(
    _ set: InstructionSet, _ body: () throws -> Result
  ) rethrows -> Result {
    precondition(troupe_isa_available(set.code), "this machine has the instruction set")
    let former = troupe_isa_override(set.code)
    defer { _ = troupe_isa_override(former) }
    return try body()
  }

  private var code: Int32 {
    switch self {
    case .baseline: Int32(TROUPE_ISA_BASELINE)
    case .avx2: Int32(TROUPE_ISA_AVX2)
    case .avx512: Int32(TROUPE_ISA_AVX512)
    case .neon: Int32(TROUPE_ISA_NEON)
    }
  }
}
