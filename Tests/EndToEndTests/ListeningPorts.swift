import Foundation

/// The TCP ports that a process listens at, as the kernel tells them.
enum ListeningPorts {
  /// Ascending, of both families.
  static func of(_ process: ProcessIdentity) -> [UInt16] {
    let folder = "/proc/\(process.id)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd")) ?? []
    let sockets = Set(
      names.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/fd/\($0)")
      }.filter { $0.hasPrefix("socket:[") })
    let tables = ["tcp", "tcp6"].compactMap {
      FileManager.default.contents(atPath: "\(folder)/net/\($0)")
    }
    let ports = tables.flatMap { table in
      String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().compactMap {
        line -> UInt16? in
        // Number, local address, remote one, state (10: listening), …, inode.
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]")
        else { return nil }
        return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
      }
    }
    return Set(ports).sorted()
  }
}
