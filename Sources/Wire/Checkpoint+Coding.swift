// A checkpoint is a safetensors file whose last array, U8[32] named sha256, is the SHA-256 of all
// bytes before it: `head --bytes=-32 FILE | sha256sum` shows the same digits.

internal import Kernels
internal import RL

extension Checkpoint {
  private static let format = "troupe-checkpoint"
  private static let parametersName = "parameters"
  private static let momentPrefix = "optimizer."
  private static let valuePrefix = "value."
  private static let arrayPrefix = "array."
  private static let textPrefix = "text."
  private static let checksumName = "sha256"

  /// The bytes of the file.
  ///
  /// - Precondition: names and texts take less than ``SafeTensors/greatestHeaderByteCount``.
  package func encode() -> [UInt8] {
    var metadata = [
      "format": Self.format, "format_version": "1", "run": "\(run)", "version": "\(version)",
      "configuration_digest": hexadecimal(configurationDigest),
      "numerics_digest": hexadecimal(numericsDigest), "episode_count": "\(episodeCount)",
      "step_count": "\(stepCount)",
    ]
    if let bestEvaluation {
      metadata["best_evaluation_version"] = "\(bestEvaluation.version)"
      metadata["best_evaluation_mean_return"] = "\(bestEvaluation.meanReturn)"
    }
    for (key, text) in texts { metadata[Self.textPrefix + key] = text }
    var tensors = [
      SafeTensors.Tensor(
        name: Self.parametersName, shape: [parameters.count], values: .float32(parameters)),
      // The only array of single bytes, hence the last.
      SafeTensors.Tensor(
        name: Self.checksumName, shape: [SHA256.byteCount],
        values: .uint8(Array(repeating: 0, count: SHA256.byteCount))),
    ]
    for (prefix, arrays) in [(Self.momentPrefix, moments), (Self.valuePrefix, value)] {
      for (name, values) in arrays {
        tensors.append(
          SafeTensors.Tensor(
            name: prefix + name, shape: [values.count], values: .float32(values)))
      }
    }
    for (name, values) in arrays {
      tensors.append(
        SafeTensors.Tensor(
          name: Self.arrayPrefix + name, shape: [values.count], values: .float64(values)))
    }
    var bytes = SafeTensors(metadata: metadata, tensors: tensors).encode()
    let content = bytes.count - SHA256.byteCount
    bytes.replaceSubrange(content..., with: SHA256.digest(of: bytes[..<content]))
    return bytes
  }

  /// Reads any bytes into a checkpoint or an error; the checksum is looked at first.
  ///
  /// - Throws: ``WireError/checksum(expected:found:)`` for a file that is not as it was written.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    let content = bytes.count - SHA256.byteCount
    guard content > 0 else {
      throw .size(
        field: "checkpoint", expected: UInt64(SHA256.byteCount) + 1, found: UInt64(bytes.count))
    }
    let (stored, actual) = (Array(bytes[content...]), SHA256.digest(of: bytes[..<content]))
    guard stored == actual else {
      throw .checksum(
        expected: hexadecimal(bytes: stored), found: hexadecimal(bytes: actual))
    }
    let file = try SafeTensors(decoding: bytes)
    let metadata = FileMetadata(file.metadata)
    try metadata.require(format: Self.format, version: "1")
    run = RunID(try metadata.digest("run"))
    version = PolicyVersion(try metadata.integer("version", in: 0...UInt32.max))
    configurationDigest = try metadata.digest("configuration_digest")
    numericsDigest = try metadata.digest("numerics_digest")
    episodeCount = try metadata.integer("episode_count", in: 0...UInt64.max)
    stepCount = try metadata.integer("step_count", in: 0...UInt64.max)
    bestEvaluation =
      file.metadata["best_evaluation_version"] == nil
      ? nil
      : BestEvaluation(
        version: PolicyVersion(
          try metadata.integer("best_evaluation_version", in: 0...UInt32.max)),
        meanReturn: try metadata.double("best_evaluation_mean_return"))
    texts = [:]
    for (key, text) in file.metadata {
      if let name = suffix(of: key, after: Self.textPrefix) { texts[name] = text }
    }
    parameters = []
    moments = [:]
    value = [:]
    arrays = [:]
    var parametersFound = false
    for tensor in file.tensors {
      switch tensor.values {
      case .float32(let values) where tensor.shape.count == 1:
        guard allFinite(values) else {
          throw .invalid(
            field: "array \(tensor.name)", found: "not finite", allowed: "finite numbers")
        }
        if tensor.name == Self.parametersName {
          parameters = values
          parametersFound = true
        } else if let name = suffix(of: tensor.name, after: Self.valuePrefix) {
          value[name] = values
        } else {
          moments[try Self.name(of: tensor, after: Self.momentPrefix)] = values
        }
      case .float64(let values) where tensor.shape.count == 1:
        arrays[try Self.name(of: tensor, after: Self.arrayPrefix)] = values
      case .uint8(let values)
      where tensor.name == Self.checksumName && values.count == SHA256.byteCount: break
      case .float32, .float64, .int64, .uint8:
        throw unexpected(tensor)
      }
    }
    guard parametersFound else { throw .missing(field: "array \(Self.parametersName)") }
  }

  private static func name(
    of tensor: SafeTensors.Tensor, after prefix: String
  ) throws(WireError) -> String {
    guard let name = suffix(of: tensor.name, after: prefix) else { throw unexpected(tensor) }
    return name
  }
}

/// What follows `prefix`, byte by byte: an accent that joins the prefix's last letter stays.
private func suffix(of text: String, after prefix: String) -> String? {
  guard text.utf8.starts(with: prefix.utf8) else { return nil }
  return String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
}

private func unexpected(_ tensor: SafeTensors.Tensor) -> WireError {
  .invalid(
    field: "array",
    found: "\(tensor.name) of \(tensor.values.elementType.rawValue) \(tensor.shape)",
    allowed: "an array of a checkpoint")
}
