import CZeroMQ
import Glibc

/// Waits until one of several sockets or file descriptors can be read or written.
@safe package struct Poller: ~Copyable {
  /// Names one registration of one poller.
  package struct Key: Hashable, Sendable {
    fileprivate let index: Int
  }

  package struct Interest: OptionSet, Hashable, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }
    package static let readable = Interest(rawValue: Int16(ZMQ_POLLIN))
    package static let writable = Interest(rawValue: Int16(ZMQ_POLLOUT))
  }

  /// What can be read or written now.
  package struct Ready: Hashable, Sendable {
    fileprivate var readable: UInt64 = 0
    fileprivate var writable: UInt64 = 0

    /// Whether the deadline passed first.
    package var isEmpty: Bool { readable | writable == 0 }
    package func isReadable(_ key: Key) -> Bool { readable >> UInt64(key.index) & 1 == 1 }
    package func isWritable(_ key: Key) -> Bool { writable >> UInt64(key.index) & 1 == 1 }
  }

  /// Keeps the sockets' memory alive; nil for a file descriptor.
  private var handles: [SocketHandle?] = []
  private var items: [zmq_pollitem_t] = unsafe []

  package init() {}

  /// Registers a socket, which must be open at every later `wait`.
  package mutating func add(_ socket: borrowing Socket, for interest: Interest) -> Key {
    unsafe append(
      socket.handle,
      unsafe zmq_pollitem_t(socket: nil, fd: -1, events: interest.rawValue, revents: 0))
  }

  /// Registers a file descriptor, such as the reading end of the signal pipe. It counts as readable when
  /// its other end is gone, too.
  package mutating func add(fileDescriptor: Int32, for interest: Interest) -> Key {
    unsafe append(
      nil,
      unsafe zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: interest.rawValue, revents: 0))
  }

  /// Changes what is waited for; an empty interest pauses the registration.
  package mutating func setInterest(_ interest: Interest, for key: Key) {
    unsafe items[key.index].events = interest.rawValue
  }

  private mutating func append(_ handle: SocketHandle?, _ item: zmq_pollitem_t) -> Key {
    precondition(unsafe items.count < UInt64.bitWidth, "a poller has at most 64 registrations")
    handles.append(handle)
    unsafe items.append(item)
    return unsafe Key(index: items.count - 1)
  }

  /// Waits until something is ready or the time is over, whatever comes first; nil waits without end.
  ///
  /// A signal does not end it: its handler writes to a pipe that is registered here. libzmq counts in
  /// milliseconds; a part of one is rounded up, so that a short wait is not a busy loop.
  ///
  /// - Precondition: all registered sockets are open.
  /// - Throws: `ZeroMQError`, `terminated` after the context's shutdown.
  package mutating func wait(atMost limit: Duration?) throws(ZeroMQError) -> Ready {
    let deadline = limit.map { ContinuousClock.now + $0 }
    for (index, handle) in handles.enumerated() {
      if let handle { unsafe items[index].socket = handle.raw }
    }
    while true {
      let milliseconds = deadline.map { wholeMilliseconds($0 - .now) } ?? -1
      let count = unsafe items.withUnsafeMutableBufferPointer { items in
        // SAFETY: every socket was checked to be open above and stays so, for they are used by one thread
        // at a time; the buffer is valid during the call.
        unsafe zmq_poll(items.baseAddress, Int32(items.count), milliseconds)
      }
      guard count < 0 else { return ready }
      let error = ZeroMQError.last(.poll)
      guard error.reason == .interrupted else { throw error }
    }
  }

  private var ready: Ready {
    var ready = Ready()
    for index in handles.indices {
      let events = unsafe Int32(items[index].revents)
      let interest = unsafe Int32(items[index].events)
      let bit: UInt64 = 1 << UInt64(index)
      if events & ZMQ_POLLOUT != 0 { ready.writable |= bit }
      if events & ZMQ_POLLIN != 0 || (events & ZMQ_POLLERR != 0 && interest & ZMQ_POLLIN != 0) {
        ready.readable |= bit
      }
    }
    return ready
  }
}

private func wholeMilliseconds(_ duration: Duration) -> Int {
  guard duration > .zero else { return 0 }
  let (seconds, attoseconds) = duration.components
  let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  return Int(clamping: min(seconds, 1_000_000_000)) * 1000 + Int(rest)
}
