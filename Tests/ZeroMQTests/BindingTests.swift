import Glibc
import Testing
import ZeroMQ

@Suite struct BindingTests {
  let context: Context
  let directory: TemporaryDirectory
  init() throws {
    context = try Context()
    directory = try TemporaryDirectory()
  }

  @Test(
    "a port that was left open is known after the bind",
    arguments: ["127.0.0.1", "localhost", "lo", "[::1]", "*"])
  func chosenPort(host: String) throws {
    let receiver = try Socket.receiver(context, at: "tcp://\(host):*")
    let endpoint = try address(of: receiver)
    #expect(endpoint.description.hasPrefix("tcp://\(host):"))
    guard case .tcp(_, .some) = endpoint.transport else { throw DeadlinePassed() }
  }

  @Test("a port in use is an error of its own", arguments: ["127.0.0.1", "*", "[::1]"])
  func portInUse(host: String) throws {
    let first = try Socket.receiver(context, at: "tcp://\(host):*")
    let address = try address(of: first).description
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket.receiver(context, at: address)
    }
    #expect(error?.isAddressInUse == true)
    #expect(error?.description == "cannot bind \(address): address already in use")
  }

  @Test("a path in use is an error, not stolen")
  func pathInUse() throws {
    let path = "ipc://\(directory.file("socket"))"
    let first = try Socket.receiver(context, at: path)
    let error = #expect(throws: ZeroMQError.self) { _ = try Socket.receiver(context, at: path) }
    #expect(error?.isAddressInUse == true)
    let sender = try Socket.sender(context, to: address(of: first))
    try send([OutgoingFrame(bytes: [1])], to: sender)
    #expect(try receive(from: first) == [[1]])
  }

  @Test("a socket file that nobody listens at any more is taken over")
  func stale() throws {
    let path = directory.file("socket")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    // SAFETY: the path of a temporary directory is far shorter than sun_path.
    let status = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe withUnsafeMutableBytes(of: &pointer.pointee.sun_path) { buffer in
        unsafe buffer.copyBytes(from: path.utf8)
      }
      return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(status == 0)
    close(descriptor)
    let receiver = try Socket.receiver(context, at: "ipc://\(path)")
    let sender = try Socket.sender(context, to: address(of: receiver))
    try send([OutgoingFrame(bytes: [1])], to: sender)
    #expect(try receive(from: receiver) == [[1]])
  }

  @Test("a file that is not a socket is left alone")
  func otherFile() throws {
    let path = directory.file("notes")
    // SAFETY: the path is NUL-terminated.
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket.receiver(context, at: "ipc://\(path)")
    }
    #expect(
      error?.description
        == "cannot bind ipc://\(path): a file that is not a socket is in the way")
    // SAFETY: the path is NUL-terminated.
    #expect(unsafe access(path, F_OK) == 0)
  }

  @Test(
    "an address that is not this machine's is named",
    arguments: [
      ("192.0.2.1", "cannot assign requested address"),
      ("example.invalid", "no address or interface of this machine"),
    ])
  func otherMachine(host: String, reason: String) throws {
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket.receiver(context, at: "tcp://\(host):5555")
    }
    #expect(error?.description == "cannot bind tcp://\(host):5555: \(reason)")
    #expect(error?.isAddressInUse == false)
  }

  @Test("a directory that does not exist is named")
  func noDirectory() throws {
    let error = #expect(throws: ZeroMQError.self) {
      _ = try Socket.receiver(context, at: "ipc://\(directory.file("none/socket"))")
    }
    #expect(error?.description.hasSuffix("none/socket: no such file or directory") == true)
  }
}
