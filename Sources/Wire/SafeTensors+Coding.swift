extension SafeTensors {
  /// The bytes of the file.
  ///
  /// - Precondition: the header is at most ``greatestHeaderByteCount`` bytes long.
  package func encode() -> [UInt8] {
    let ordered = tensors.sorted { left, right in
      let (leftWidth, rightWidth) = (
        left.values.elementType.byteCount, right.values.elementType.byteCount
      )
      return leftWidth == rightWidth ? precedes(left.name, right.name) : leftWidth > rightWidth
    }
    var entries: [(name: String, value: String)] = []
    var offset = 0
    for tensor in ordered {
      let end = offset + tensor.values.count * tensor.values.elementType.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        (
          tensor.name,
          "{\"dtype\":\"\(tensor.values.elementType.rawValue)\",\"shape\":[\(shape)],"
            + "\"data_offsets\":[\(offset),\(end)]}"
        ))
      offset = end
    }
    entries.sort { precedes($0.name, $1.name) }
    let texts = metadata.sorted { precedes($0.key, $1.key) }
      .map { "\(JSONValue.quoted($0.key)):\(JSONValue.quoted($0.value))" }
    var members = entries.map { "\(JSONValue.quoted($0.name)):\($0.value)" }
    if !texts.isEmpty {
      members.insert("\"\(Self.metadataKey)\":{\(texts.joined(separator: ","))}", at: 0)
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    precondition(header.count <= Self.greatestHeaderByteCount, "a header that readers accept")

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    ArrayCoding.append([Int64(header.count)], to: &bytes)
    bytes.append(contentsOf: header)
    for tensor in ordered {
      switch tensor.values {
      case .float32(let values): ArrayCoding.append(values, to: &bytes)
      case .float64(let values): ArrayCoding.append(values, to: &bytes)
      case .int64(let values): ArrayCoding.append(values, to: &bytes)
      case .uint8(let values): ArrayCoding.append(values, to: &bytes)
      }
    }
    return bytes
  }

  /// Reads any bytes into a value or an error.
  ///
  /// Every byte of the file belongs to the header or to exactly one array.
  package init(decoding bytes: [UInt8]) throws(WireError) {
    guard bytes.count >= 8 else {
      throw .size(field: "length of the header", expected: 8, found: UInt64(bytes.count))
    }
    let headerLength = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let headerCount = try bounded(
      headerLength, by: Self.greatestHeaderByteCount, "length of the header")
    let dataStart = 8 + headerCount
    guard dataStart <= bytes.count else {
      throw .size(
        field: "header", expected: UInt64(headerCount), found: UInt64(bytes.count - 8))
    }
    let header = Array(bytes[8..<dataStart])
    guard header.first == UInt8(ascii: "{"),
      case .object(let members) = try JSONValue(parsing: header)
    else {
      throw .malformed(field: "header", problem: "not a JSON object", offset: 8)
    }

    var metadata: [String: String] = [:]
    var entries: [HeaderEntry] = []
    // In order, so that of several errors always the same one is reported.
    for (name, value) in members.sorted(by: { precedes($0.key, $1.key) }) {
      if name == Self.metadataKey {
        metadata = try Self.metadata(decoding: value)
      } else {
        entries.append(try HeaderEntry(name: name, decoding: value))
      }
    }
    entries.sort { left, right in
      if left.begin != right.begin { return left.begin < right.begin }
      if left.end != right.end { return left.end < right.end }
      return precedes(left.name, right.name)
    }
    var end = 0
    for entry in entries {
      guard entry.begin == end else {
        throw .invalid(
          field: "data_offsets of \(entry.name)", found: "from \(entry.begin)",
          allowed: "from \(end), where the array before it ends")
      }
      end = entry.end
    }
    guard end == bytes.count - dataStart else {
      throw .size(
        field: "arrays", expected: UInt64(end), found: UInt64(bytes.count - dataStart))
    }
    self.init(
      metadata: metadata,
      tensors: entries.map { $0.tensor(in: bytes, from: dataStart) })
  }

  private static func metadata(decoding value: JSONValue) throws(WireError) -> [String: String] {
    guard case .object(let members) = value else {
      throw .malformed(field: metadataKey, problem: "not an object", offset: nil)
    }
    var metadata: [String: String] = [:]
    for (key, value) in members.sorted(by: { precedes($0.key, $1.key) }) {
      guard case .string(let text) = value else {
        throw .malformed(field: metadataKey, problem: "\(key) is not a string", offset: nil)
      }
      metadata[key] = text
    }
    return metadata
  }
}

/// What the header says of one array; its size is that of its shape.
private struct HeaderEntry {
  let name: String
  let elementType: SafeTensors.ElementType
  let shape: [Int]
  let begin: Int
  let end: Int

  init(name: String, decoding value: JSONValue) throws(WireError) {
    guard case .object(let members) = value,
      Set(members.keys) == ["dtype", "shape", "data_offsets"]
    else {
      throw .malformed(
        field: "entry of \(name)", problem: "not an object of dtype, shape and data_offsets",
        offset: nil)
    }
    self.name = name
    guard case .string(let typeName) = members["dtype"],
      let elementType = SafeTensors.ElementType(rawValue: typeName)
    else {
      throw .invalid(
        field: "dtype of \(name)", found: "another", allowed: "F32, F64, I64 or U8")
    }
    self.elementType = elementType
    shape = try Self.sizes(members["shape"], "shape of \(name)")
    let offsets = try Self.sizes(members["data_offsets"], "data_offsets of \(name)")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .invalid(
        field: "data_offsets of \(name)", found: "\(offsets)",
        allowed: "two numbers, the second not below the first")
    }
    (begin, end) = (offsets[0], offsets[1])
    var byteCount = elementType.byteCount
    for size in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw .invalid(
          field: "shape of \(name)", found: "\(shape)", allowed: "what fits in a file")
      }
      byteCount = product
    }
    guard byteCount == end - begin else {
      throw .size(
        field: "array \(name)", expected: UInt64(byteCount), found: UInt64(end - begin))
    }
  }

  private static func sizes(_ value: JSONValue?, _ field: String) throws(WireError) -> [Int] {
    guard case .array(let elements) = value, elements.count <= 8 else {
      throw .malformed(field: field, problem: "not an array of up to 8 numbers", offset: nil)
    }
    var sizes: [Int] = []
    for element in elements {
      guard case .integer(let size) = element, size >= 0 else {
        throw .malformed(field: field, problem: "not a whole number from 0 up", offset: nil)
      }
      sizes.append(Int(size))
    }
    return sizes
  }

  /// - Precondition: the array lies within the file.
  func tensor(in bytes: [UInt8], from dataStart: Int) -> SafeTensors.Tensor {
    let range = dataStart + begin..<dataStart + end
    let values: SafeTensors.Values =
      switch elementType {
      case .f32: .float32(ArrayCoding.array(from: bytes, in: range))
      case .f64: .float64(ArrayCoding.array(from: bytes, in: range))
      case .i64: .int64(ArrayCoding.array(from: bytes, in: range))
      case .u8: .uint8(Array(bytes[range]))
      }
    return SafeTensors.Tensor(name: name, shape: shape, values: values)
  }
}
