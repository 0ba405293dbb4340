import Cluster
import Glibc
import RL
import Testing

@Suite struct CheckpointStoreTests {
  struct Corrupt: Error, CustomStringConvertible {
    let description: String
  }

  /// A checkpoint of the version: its digits, and at the end a sum of them.
  private func bytes(_ version: UInt32) -> [UInt8] {
    let digits = Array("checkpoint \(version) ".utf8)
    return digits + [digits.reduce(0, &+)]
  }

  private let validate: @Sendable ([UInt8]) throws -> Int = { bytes in
    guard let sum = bytes.last else { throw Corrupt(description: "the file is empty") }
    guard bytes.dropLast().reduce(0, &+) == sum else {
      throw Corrupt(description: "the checksum is wrong")
    }
    return bytes.count
  }

  private func store(_ place: TemporaryDirectory, kept: Int = 3) throws -> CheckpointStore {
    try CheckpointStore(directory: "\(place.path)/checkpoints", kept: kept)
  }

  private func write(_ versions: UInt32..., to store: inout CheckpointStore) throws {
    for version in versions { try store.write(bytes(version), version: PolicyVersion(version)) }
  }

  private func versions(_ store: CheckpointStore) throws -> [UInt32] {
    try store.versions().map(\.rawValue)
  }

  @Test("an empty store has nothing to resume from")
  func empty() throws {
    let place = try TemporaryDirectory()
    var store = try store(place)
    let found = try store.newestValid(validate: validate)
    #expect(found.restored == nil)
    #expect(found.skipped.isEmpty)
  }

  @Test("files are named by version, and the newest is found by number")
  func names() throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 10)
    try write(9, 10, 123_456_789, to: &store)
    #expect(
      try OpenFile.names(in: store.directory)
        == ["00000009.safetensors", "00000010.safetensors", "123456789.safetensors"])
    #expect(
      try store.newestValid(validate: validate).restored?.version == PolicyVersion(123_456_789))
  }

  @Test("only the newest are kept")
  func pruning() throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 2)
    try write(5, 10, 20, 30, to: &store)
    #expect(try versions(store) == [20, 30])
  }

  @Test("the beginning of an imported run is kept, for nothing else brings it back")
  func beginning() throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 1)
    try write(0, 10, 20, to: &store)
    #expect(try versions(store) == [0, 20])
  }

  @Test("the best is kept beside the newest, as long as no other is named, across restarts")
  func best() throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 2)
    func write(_ version: UInt32, best: UInt32) throws {
      try store.write(bytes(version), version: PolicyVersion(version), best: PolicyVersion(best))
    }
    for version: UInt32 in [10, 20, 30, 40] { try write(version, best: 10) }
    #expect(try versions(store) == [10, 30, 40])
    store = try self.store(place, kept: 2)
    #expect(try versions(store) == [10, 30, 40])
    // The new one is beside the newest, too, and the one before is as others are.
    try write(50, best: 50)
    #expect(try versions(store) == [30, 40, 50])
    try write(60, best: 50)
    #expect(try versions(store) == [40, 50, 60])
    // One whose write failed does not push out the one before.
    try write(70, best: 65)
    #expect(try versions(store) == [50, 60, 70])
    try write(80, best: 80)
    #expect(try versions(store) == [60, 70, 80])
  }

  @Test("every truncation and every flipped bit of the newest falls back to the one before")
  func corruption() throws {
    let place = try TemporaryDirectory()
    var store = try store(place)
    try write(10, 20, to: &store)
    let whole = bytes(20)
    let path = store.path(of: PolicyVersion(20))
    var damaged = (0..<whole.count).map { Array(whole.prefix($0)) }
    for index in whole.indices {
      for bit in 0..<8 {
        var flipped = whole
        flipped[index] ^= 1 << bit
        damaged.append(flipped)
      }
    }
    for bytes in damaged {
      try OpenFile(path, .create).write(bytes)
      let found = try store.newestValid(validate: validate)
      #expect(found.restored?.version == PolicyVersion(10))
      #expect(found.skipped.map(\.path) == [path])
      #expect(["the checksum is wrong", "the file is empty"].contains(found.skipped[0].reason))
    }
  }

  @Test("with every checkpoint corrupt there is none, and each is reported, newest first")
  func allCorrupt() throws {
    let place = try TemporaryDirectory()
    var store = try store(place)
    for version: UInt32 in [1, 2, 3] { try store.write([7, 8], version: PolicyVersion(version)) }
    let found = try store.newestValid(validate: validate)
    #expect(found.restored == nil)
    #expect(
      found.skipped.map(\.description)
        == [3, 2, 1].map {
          "\(store.directory)/0000000\($0).safetensors is skipped: the checksum is wrong"
        })
  }

  @Test("a checkpoint that cannot be read is skipped like a corrupt one")
  func unreadable() throws {
    let place = try TemporaryDirectory()
    var store = try store(place)
    try write(10, to: &store)
    try OpenFile.makeDirectories(store.path(of: PolicyVersion(20)))
    let found = try store.newestValid(validate: validate)
    #expect(found.restored?.version == PolicyVersion(10))
    #expect(found.skipped.first?.reason.hasSuffix("it is a directory") == true)
  }

  @Test("corrupt ones never push out whole ones")
  func corruptDoNotCount() throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 2)
    try write(10, 20, to: &store)
    for version: UInt32 in [30, 40] {
      try AtomicFile.write([1, 2], to: store.path(of: PolicyVersion(version)))
    }
    store = try self.store(place, kept: 2)
    #expect(try store.newestValid(validate: validate).restored?.version == PolicyVersion(20))
    try write(25, to: &store)
    #expect(try versions(store) == [20, 25, 30, 40])
    // Past them they are swept away; a version that is written again is whole again.
    try write(30, to: &store)
    #expect(try versions(store) == [25, 30, 40])
    try write(50, to: &store)
    #expect(try versions(store) == [30, 50])
  }

  @Test("what killed writers left is removed at the start, foreign files are not")
  func leftovers() throws {
    let place = try TemporaryDirectory()
    try OpenFile.makeDirectories("\(place.path)/checkpoints")
    for name in ["00000010.safetensors.tmp", "notes.txt", "10.safetensors"] {
      try place.write("x", to: "checkpoints/\(name)")
    }
    let store = try store(place)
    #expect(try OpenFile.names(in: store.directory) == ["10.safetensors", "notes.txt"])
    #expect(try store.versions().isEmpty)
  }

  @Test(
    "a write that fails leaves the older ones whole",
    arguments: AtomicFile.Stage.allCases.dropLast())
  func failedWrite(stage: AtomicFile.Stage) throws {
    let place = try TemporaryDirectory()
    var store = try store(place, kept: 1)
    try write(10, to: &store)
    let error = #expect(throws: FileError.self) {
      try store.write(bytes(20), version: PolicyVersion(20)) { (next) throws(FileError) in
        if next == stage { throw FileError("write", "x", code: ENOSPC) }
      }
    }
    #expect(
      error?.description == "cannot write \(store.path(of: PolicyVersion(20))): the disk is full")
    #expect(try OpenFile.names(in: store.directory) == ["00000010.safetensors"])
    #expect(try store.newestValid(validate: validate).restored?.version == PolicyVersion(10))
    try write(20, to: &store)
    #expect(try versions(store) == [20])
  }
}
