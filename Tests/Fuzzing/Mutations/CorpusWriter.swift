import Decoders
import Glibc

/// Writes a few valid inputs of every decoder, for a fuzzer to begin with.
enum CorpusWriter {
  private static let inputsPerDecoder: UInt64 = 4

  /// Makes `directory/DECODER/valid-N`; false if a file cannot be written.
  static func write(to directory: String) -> Bool {
    for decoder in Decoder.allCases {
      // SAFETY: the path lives for the call.
      _ = unsafe mkdir("\(directory)/\(decoder.rawValue)", 0o755)
      for number in 0..<inputsPerDecoder {
        var inputs = ValidInputs(seed: number)
        let bytes = decoder.valid(using: &inputs)
        let path = "\(directory)/\(decoder.rawValue)/valid-\(number)"
        // SAFETY: the path lives for the call, and the bytes are read before they end.
        guard let file = unsafe fopen(path, "w") else { return false }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, count == bytes.count else { return false }
      }
    }
    return true
  }
}
