import Foundation
import Glibc
import Testing
import ZeroMQ

@Suite struct PollerTests {
  let context: Context
  let directory: TemporaryDirectory
  init() throws {
    context = try Context()
    directory = try TemporaryDirectory()
  }

  @Test(
    "a wait ends at its deadline and not before",
    arguments: [Duration.zero, .microseconds(300), .milliseconds(30)])
  func deadlinePasses(limit: Duration) throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    var poller = Poller()
    let key = poller.add(receiver, for: .readable)
    let start = ContinuousClock.now
    let ready = try poller.wait(atMost: limit)
    #expect(ready.isEmpty && !ready.isReadable(key))
    #expect(ContinuousClock.now - start >= limit)
  }

  @Test("a wait ends when a file descriptor can be read, and says which one")
  func fileDescriptor() throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe fills the two elements.
    try #require(unsafe pipe(&ends) == 0)
    var poller = Poller()
    let socketKey = poller.add(receiver, for: .readable)
    let pipeKey = poller.add(fileDescriptor: ends[0], for: .readable)
    var byte: UInt8 = 1
    // SAFETY: one byte of ours is written.
    try #require(unsafe write(ends[1], &byte, 1) == 1)
    var ready = try poller.wait(atMost: deadline)
    #expect(ready.isReadable(pipeKey) && !ready.isReadable(socketKey))
    // SAFETY: one byte is read into one of ours.
    try #require(unsafe read(ends[0], &byte, 1) == 1)
    #expect(try poller.wait(atMost: .zero).isEmpty)
    close(ends[1])
    ready = try poller.wait(atMost: nil)
    #expect(ready.isReadable(pipeKey))
    close(ends[0])
  }

  @Test("a wait ends when another thread wakes it")
  func otherThread() throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    let endpoint = try address(of: receiver)
    var poller = Poller()
    let key = poller.add(receiver, for: .readable)
    let context = context
    // A thread of its own: a task might wait for the very thread that waits here.
    let thread = Thread {
      do {
        let sender = try Socket.actorSender(
          in: context, connectedTo: endpoint, highWaterMark: 1, linger: .seconds(10))
        #expect(try sender.send([1].span) == .sent)
      } catch {
        Issue.record(error)
      }
    }
    thread.start()
    #expect(try poller.wait(atMost: deadline).isReadable(key))
    #expect(try receive(from: receiver) == [[1]])
    withExtendedLifetime(thread) {}
  }

  @Test("a socket that can be written is told from one that can be read")
  func writable() throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    let sender = try Socket.sender(context, to: address(of: receiver))
    var poller = Poller()
    let receiverKey = poller.add(receiver, for: .readable)
    let senderKey = poller.add(sender, for: .writable)
    var ready = try poller.wait(atMost: deadline)
    #expect(ready.isWritable(senderKey) && !ready.isReadable(senderKey))
    #expect(try sender.send([1].span) == .sent)
    poller.setInterest([], for: senderKey)
    ready = try poller.wait(atMost: deadline)
    #expect(ready.isReadable(receiverKey) && !ready.isWritable(senderKey))
  }

  @Test("a wait on a context that was shut down says so")
  func terminated() throws {
    let receiver = try Socket.receiver(context, at: "ipc://\(directory.file("socket"))")
    var poller = Poller()
    _ = poller.add(receiver, for: .readable)
    context.shutdown()
    var reason: ZeroMQError.Reason?
    do { _ = try poller.wait(atMost: deadline) } catch { reason = error.reason }
    #expect(reason == .terminated)
  }
}
