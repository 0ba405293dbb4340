import Kernels
import Testing

@Suite struct InstructionSetTests {
  @Test func aForcedSetIsUsedOnThisThreadAndGivenUpAgain() {
    let before = InstructionSet.current
    for set in InstructionSet.available {
      InstructionSet.withInstructionSet(set) { #expect(InstructionSet.current == set) }
    }
    #expect(InstructionSet.current == before)
  }

  @Test func aNameThatIsNoInstructionSetIsRefused() {
    #expect(throws: InstructionSetError.unknown(name: "sse9")) {
      try InstructionSet.named("sse9")
    }
    #expect(InstructionSetError.unknown(name: "sse9").description.contains("'sse9'"))
  }

  @Test func aSetThatTheMachineLacksIsRefused() {
    for set in InstructionSet.allCases where !InstructionSet.available.contains(set) {
      #expect(throws: InstructionSetError.unsupported(set)) {
        try InstructionSet.named(set.rawValue)
      }
    }
  }

  @Test func theFloatingPointModeIsEstablished() {
    FloatingPointMode.establish()
    #expect(FloatingPointMode.isEstablished)
  }
}
