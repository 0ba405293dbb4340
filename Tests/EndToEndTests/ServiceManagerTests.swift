import Foundation
import Glibc
import Testing

// What a service manager such as systemd hears of a role: sd_notify(3) and its watchdog.
extension EndToEndTests {
  @Suite struct ServiceManagerTests {
    /// The socket that a manager names in NOTIFY_SOCKET.
    private final class Manager {
      private let descriptor: Int32
      let path: String
      private(set) var messages: [String] = []

      init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < 108)
        // SAFETY: the path with its final zero fits into the field, and the address lives for the calls.
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
          unsafe withUnsafeMutableBytes(of: &pointer.pointee.sun_path) { bytes in
            unsafe bytes.copyBytes(from: path.utf8)
          }
          return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
          }
        }
        try #require(status == 0)
      }

      deinit { close(descriptor) }

      /// Reads what has come meanwhile.
      func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
          // SAFETY: at most as many bytes are written as the array has.
          let count = unsafe recv(descriptor, &buffer, 4096, Int32(MSG_DONTWAIT))
          guard count > 0 else { return }
          messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
      }

      func await(_ text: String, _ count: Int = 1) throws {
        try eventually("\(count) times \(text)") {
          read()
          return messages.count { $0.hasPrefix(text) } >= count
        }
      }
    }

    @Test("learner, actor and relay say when they are ready, that they live, and that they end")
    func life() throws {
      try TestPlace.with { place in
        let run = RunFiles(path: place.file("run"))
        let relay = "ipc://\(place.file("relay"))"
        let roles = [
          ["relay", "--connect", place.socketAddress, "--bind", relay],
          ["actor", "--connect", relay, "--stay"],
          ["learner"] + FixedRun.arguments + [
            "--run-dir", run.path, "--bind", place.socketAddress, "--updates", "1000000",
          ],
        ]
        for arguments in roles {
          let name = arguments[0]
          let manager = try Manager(place.file("\(name).notify"))
          let process = try place.start(
            arguments, variables: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"])
          try manager.await("READY=1\nSTATUS=")
          if name == "learner" {
            #expect(manager.messages[0].contains("listening at \(place.socketAddress)"))
          }
          // Each waits half a second at most, whatever happens: three signs are no accident.
          try manager.await("WATCHDOG=1", 3)
          if name == "learner" {
            process.send(SIGTERM)
            try manager.await("STOPPING=1")
            #expect(try process.outcome(within: .seconds(5)).code == 0)
          }
        }
      }
    }

    @Test("a role that hangs is silent, and nobody hears of one whose manager does not ask")
    func silence() throws {
      try TestPlace.with { place in
        let manager = try Manager(place.file("notify"))
        let variables = ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"]
        let actor = try place.start(
          ["actor", "--connect", place.socketAddress], variables: variables)
        try manager.await("WATCHDOG=1")
        actor.send(SIGSTOP)
        manager.read()
        let before = manager.messages.count
        // The watchdog of another process: what this one inherited is not meant for it.
        let child = try place.start(
          ["actor", "--connect", place.socketAddress],
          variables: variables.merging(["WATCHDOG_PID": "1"]) { $1 })
        try manager.await("READY=1", 2)
        // Time enough for a sign of life: a third actor gives several.
        let other = try Manager(place.file("other"))
        _ = try place.start(
          ["actor", "--connect", place.socketAddress],
          variables: variables.merging(["NOTIFY_SOCKET": other.path]) { $1 })
        try other.await("WATCHDOG=1", 4)
        manager.read()
        #expect(manager.messages.count == before + 1)
        #expect(child.isRunning)
        actor.send(SIGCONT)
        try manager.await("WATCHDOG=1", 2)
      }
    }
  }
}
