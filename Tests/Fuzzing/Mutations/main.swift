// Feeds every decoder damaged inputs: every truncation and every flipped bit of one valid input of each kind,
// and then so many random mutations of valid ones, spread evenly over the kinds. A crash ends the process.
//
//     TroupeMutations [COUNT [SEED]]
//     TroupeMutations --corpus DIRECTORY
//
// Prints the seed and a table. With --corpus it writes a few valid inputs of each kind instead.

import Decoders
import Glibc

if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--corpus" {
  exit(CorpusWriter.write(to: CommandLine.arguments[2]) ? 0 : 69)
}
let given = CommandLine.arguments.dropFirst().map { UInt64($0) }
guard given.count <= 2, given.allSatisfy({ $0 != nil }) else {
  print("usage: TroupeMutations [COUNT [SEED]]")
  exit(64)
}
let count = Int(given.first.flatMap { $0 } ?? 1_000_000)
let seed = given.dropFirst().first.flatMap { $0 } ?? 1

/// Shows a line at once: a crash is to be seen behind what went before.
func show(_ line: String) {
  print(line)
  _ = fflush(nil)
}

show("mutations: seed \(seed)")
show("| input | truncations and flipped bits | random mutations | of all these still valid |")
show("| --- | --- | --- | --- |")

var totals = (systematic: 0, random: 0, valid: 0)
for (index, decoder) in Decoder.allCases.enumerated() {
  var inputs = ValidInputs(seed: seed &+ UInt64(index))
  var systematicCount = 0
  var validCount = 0
  func tryOut(_ bytes: [UInt8]) { validCount += decoder.accepts(bytes) ? 1 : 0 }
  let whole = decoder.valid(using: &inputs)
  guard decoder.accepts(whole) else {
    print("\(decoder.rawValue): a valid input is refused")
    exit(1)
  }
  for length in 0..<whole.count {
    tryOut(Array(whole[..<length]))
    systematicCount += 1
  }
  for bit in 0..<8 * whole.count {
    var flipped = whole
    flipped[bit / 8] ^= 1 << UInt8(bit % 8)
    tryOut(flipped)
    systematicCount += 1
  }
  let share = count / Decoder.allCases.count + (index < count % Decoder.allCases.count ? 1 : 0)
  var source = whole
  for i in 0..<share {
    if i % 50 == 0 { source = decoder.valid(using: &inputs) }
    tryOut(inputs.mutated(source))
  }
  show("| \(decoder.rawValue) | \(systematicCount) | \(share) | \(validCount) |")
  totals.systematic += systematicCount
  totals.random += share
  totals.valid += validCount
}
show("| all | \(totals.systematic) | \(totals.random) | \(totals.valid) |")
show("\(totals.systematic + totals.random) damaged inputs, 0 crashes")
