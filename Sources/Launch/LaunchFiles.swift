package import Cluster
internal import Wire

/// What is copied to hosts, as it is on this machine.
package struct LaunchFiles: Sendable {
  package struct Library: Hashable, Sendable {
    /// By which the program asks for it.
    package let name: String
    package let path: String

    package init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  let program: String
  let programDigest: String
  /// As `uname -m` says it; nil for a program that says nothing of the kind, such as a script.
  let machine: String?
  /// What the program needs beside the C library and what comes with every Linux.
  let libraries: [Library]
  /// Digests of the key files by path.
  let keyDigests: [String: String]

  package init(
    program: String, programDigest: String, machine: String?, libraries: [Library],
    keyDigests: [String: String]
  ) {
    self.program = program
    self.programDigest = programDigest
    self.machine = machine
    self.libraries = libraries
    self.keyDigests = keyDigests
  }

  /// Reads the program, and for all hosts the keys.
  ///
  /// - Throws: exit 65 if a file is missing, 69 if it cannot be read.
  package init(_ plan: LaunchPlan) throws(RoleFailure) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try OpenFile.readAll(plan.program, limit: 1 << 31)
    } catch {
      throw error.roleFailure
    }
    var digests: [String: String] = [:]
    for case let keys? in plan.hosts.map(\.keys) {
      for name in Self.keyNames where digests["\(keys)/\(name)"] == nil {
        let path = "\(keys)/\(name)"
        guard OpenFile.exists(path) else {
          throw RoleFailure(
            .badData,
            "there is no key \(path); troupe keygen DIR makes a directory of keys, which keys: names"
          )
        }
        do throws(FileError) {
          digests[path] = SHA256.hexDigest(of: try OpenFile.readAll(path, limit: 4096))
        } catch {
          throw error.roleFailure
        }
      }
    }
    self.init(
      program: plan.program, programDigest: SHA256.hexDigest(of: bytes),
      machine: Self.machine(bytes),
      libraries: Self.libraries(try CommandPool.run(Command("ldd", [plan.program])).output),
      keyDigests: digests)
  }

  /// All that a host gets: never a secret of the learner.
  static let keyNames = ["actor.secret", "learner.public"]

  /// The processor that an ELF file is for.
  package static func machine(_ bytes: [UInt8]) -> String? {
    guard bytes.count > 19, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
    return switch Int(bytes[18]) | Int(bytes[19]) << 8 {
    case 62: "x86_64"
    case 183: "aarch64"
    default: nil
    }
  }

  /// The libraries in the answer of `ldd`, but for those that belong to the C library: one of those beside
  /// another host's loader does not work.
  package static func libraries(_ answer: String) -> [Library] {
    let system = [
      "libc.so", "libm.so", "libdl.so", "librt.so", "libpthread.so", "libresolv.so", "libutil.so",
      "ld-linux",
    ]
    return answer.split(separator: "\n").compactMap { line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/"),
        !system.contains(where: { words[0].hasPrefix($0) })
      else { return nil }
      return Library(name: String(words[0]), path: String(words[2]))
    }
  }

  /// The program that runs now.
  package static func ownProgram() throws(RoleFailure) -> String {
    try LocalRun.ownExecutable()
  }
}
