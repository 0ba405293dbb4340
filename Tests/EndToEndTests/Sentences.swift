import Testing

/// Expects of a command that failed what a user may expect: one clear sentence that holds these words,
/// nothing on standard output, and no trace of Swift's.
func expectSentence(
  in outcome: TroupeProcess.Outcome, _ parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let errors = outcome.error.split(separator: "\n").filter { $0.hasPrefix("troupe: error: ") }
  #expect(errors.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(
      errors.first?.contains(part) == true, "\(part) in: \(outcome.error)",
      sourceLocation: sourceLocation)
  }
  for trace in ["Fatal error", "Stack dump", "Thread 0", "RoleFailure(", "Error Domain"] {
    #expect(!outcome.error.contains(trace), "\(outcome.error)", sourceLocation: sourceLocation)
  }
  #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
}
