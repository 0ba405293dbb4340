/// Named arrays of numbers and named texts in one file: 8 bytes for the length of a header, the header
/// in JSON, the arrays without gaps.
///
/// Equal content gives equal bytes: names are sorted by their UTF-8 bytes, the header is padded with
/// spaces so that arrays start on a multiple of 8, and arrays of wider elements come first.
///
/// Source: https://github.com/huggingface/safetensors, section "Format".
package struct SafeTensors: Equatable, Sendable {
  package enum Values: Equatable, Sendable {
    case float32([Float])
    case float64([Double])
    case int64([Int64])
    case uint8([UInt8])
  }

  package struct Tensor: Equatable, Sendable {
    package let name: String
    /// Row-major; empty for a single number.
    package let shape: [Int]
    package let values: Values

    /// - Precondition: the shape's product is the number of values.
    package init(name: String, shape: [Int], values: Values) {
      precondition(shape.reduce(1, *) == values.count, "a shape for every value")
      precondition(name != SafeTensors.metadataKey, "a name the format keeps for itself")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  package let metadata: [String: String]
  /// In ascending order of the names' UTF-8 bytes.
  package let tensors: [Tensor]

  /// - Precondition: names are unique.
  package init(metadata: [String: String], tensors: [Tensor]) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "one tensor for each name")
    self.metadata = metadata
    self.tensors = tensors.sorted { precedes($0.name, $1.name) }
  }

  package func tensor(named name: String) -> Tensor? { tensors.first { $0.name == name } }

  /// Longest header that is read; a longer one is refused before any of it is looked at.
  package static let greatestHeaderByteCount = 1 << 20
  static let metadataKey = "__metadata__"
}

extension SafeTensors.Values {
  package var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .int64(let values): values.count
    case .uint8(let values): values.count
    }
  }

  var elementType: SafeTensors.ElementType {
    switch self {
    case .float32: .f32
    case .float64: .f64
    case .int64: .i64
    case .uint8: .u8
    }
  }
}

extension SafeTensors {
  /// The element types that Troupe's files use, by their names in the header.
  enum ElementType: String {
    case f32 = "F32"
    case f64 = "F64"
    case i64 = "I64"
    case u8 = "U8"

    var byteCount: Int {
      switch self {
      case .f64, .i64: 8
      case .f32: 4
      case .u8: 1
      }
    }
  }
}

/// The order of texts by bytes, which no table of Unicode can change.
func precedes(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
