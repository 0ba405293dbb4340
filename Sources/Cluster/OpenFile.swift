import Glibc

// The only place of this module that calls the operating system's file functions: everything above
// works with bytes, paths and typed errors.

/// A file operation that failed, and why.
package struct FileError: Error, Hashable, CustomStringConvertible {
  /// What was tried, as in "cannot `write` path".
  package let operation: String
  package let path: String
  /// As in errno.h.
  package let code: Int32

  /// What stands in the place of the code's own phrase.
  private let text: String?

  package init(_ operation: String, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    text = nil
  }

  package init(_ operation: String, _ path: String, text: String) {
    self.operation = operation
    self.path = path
    code = EACCES
    self.text = text
  }

  package var description: String { "cannot \(operation) \(path): \(text ?? reason)" }

  private var reason: String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case ENOENT: "there is no such file or directory"
    case ENOTDIR: "a part of the path is not a directory"
    case EISDIR: "it is a directory"
    case ENOSPC: "the disk is full"
    case EDQUOT: "the disk quota is used up"
    case EROFS: "the file system is read-only"
    case EFBIG: "it is too large"
    case EMFILE, ENFILE: "too many files are open"
    case ENAMETOOLONG: "the name is too long"
    case ELOOP: "it is a symbolic link that cannot be followed"
    case EEXIST: "it exists already"
    case EIO: "the disk reports an input/output error"
    default: "error \(code)"
    }
  }

  /// The same as a reason for a role to stop.
  package var roleFailure: RoleFailure {
    switch code {
    case ENOSPC, EDQUOT, EMFILE, ENFILE, EAGAIN, EINTR, ENOMEM: RoleFailure(.tryAgain, description)
    default: RoleFailure(.unavailable, description)
    }
  }
}

/// A file descriptor with one owner, closed at its end.
package struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  package enum Mode: Sendable {
    case read
    /// Makes the file or empties it; refuses to follow a symbolic link.
    case create
    /// Makes a file that only this user may read; throws if there is one already.
    case createPrivate
    /// Makes the file if it is not there and keeps what it holds.
    case update
    case directory
  }

  package init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags: Int32 =
      switch mode {
      case .read: O_RDONLY
      case .create: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
      case .createPrivate: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
      case .update: O_RDWR | O_CREAT
      case .directory: O_RDONLY | O_DIRECTORY
      }
    var descriptor: Int32
    repeat {
      // SAFETY: the path lives for the call; O_CLOEXEC keeps the file, and with it a lock, from
      // child processes.
      descriptor = unsafe open(
        path, flags | O_CLOEXEC, mode == .createPrivate ? 0o600 : 0o644)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit { _ = Glibc.close(descriptor) }

  package func write(_ bytes: [UInt8]) throws(FileError) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        // SAFETY: offset is below the count of the array that lends the buffer.
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path, code: errno)
      }
      offset += count
    }
  }

  /// The bytes from the present position to the end.
  package func readToEnd(limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        // SAFETY: the buffer's own address and count.
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path, code: errno)
      }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw FileError("read", path, code: EFBIG) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  package func truncate() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileError("empty", path, code: errno)
    }
  }

  /// Waits until the bytes are on the disk.
  package func synchronize() throws(FileError) {
    // Some file systems cannot synchronise directories and say so with EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FileError("write", path, code: errno)
    }
  }

  /// Locks the file for this open description; false if another holds the lock.
  ///
  /// Tries for 0.2 s: a process that is being started holds the locks of its parent until its program
  /// is loaded, and the parent may have ended in the meantime.
  package func lockExclusively() throws(FileError) -> Bool {
    for _ in 0..<40 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw FileError("lock", path, code: errno)
      }
      usleep(5_000)
    }
    return false
  }

  /// Sets the time of the last change to now, to the nanosecond: what a write sets is only as fine as
  /// the kernel's tick, 4 ms.
  package func touch() throws(FileError) {
    var now = timespec()
    // SAFETY: now and the array of two live for the calls.
    guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0,
      unsafe futimens(descriptor, [now, now]) == 0
    else { throw FileError("write", path, code: errno) }
  }

  /// Who may do what with an open file or directory.
  package struct Protection: Hashable, Sendable {
    /// The nine bits of read, write and execute for owner, group and others.
    package let permissions: UInt32
    package let isOwn: Bool
    package let isOfRoot: Bool
    /// The file system can be written to at all.
    package let isWritable: Bool
  }

  package func protection() throws(FileError) -> Protection {
    var status = stat()
    var system = statvfs()
    // SAFETY: both live for the calls.
    guard unsafe fstat(descriptor, &status) == 0, unsafe fstatvfs(descriptor, &system) == 0 else {
      throw FileError("read", path, code: errno)
    }
    return Protection(
      permissions: status.st_mode & 0o777, isOwn: status.st_uid == geteuid(),
      isOfRoot: status.st_uid == 0, isWritable: system.f_flag & UInt(ST_RDONLY) == 0)
  }

  /// Nanoseconds since 1970 of the last change.
  package func modificationTime() throws(FileError) -> Int {
    var status = stat()
    // SAFETY: status lives for the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw FileError("read", path, code: errno)
    }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}

// MARK: Whole files and names

extension OpenFile {
  package static func readAll(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    try OpenFile(path, .read).readToEnd(limit: limit)
  }

  /// The bytes from an offset on; nil if the file has become shorter than that.
  package static func readAll(
    _ path: String, from offset: Int, limit: Int
  ) throws(FileError) -> [UInt8]? {
    let file = try OpenFile(path, .read)
    guard lseek(file.descriptor, 0, SEEK_END) >= offset,
      lseek(file.descriptor, off_t(offset), SEEK_SET) == offset
    else { return nil }
    return try file.readToEnd(limit: limit)
  }

  package static func exists(_ path: String) -> Bool {
    // SAFETY: the path lives for the call.
    unsafe access(path, F_OK) == 0
  }

  /// The absolute path without symbolic links of something that exists.
  package static func resolvedPath(_ path: String) throws(FileError) -> String {
    // SAFETY: the path lives for the call; the copy that it makes ends with zero and is freed here.
    guard let text = unsafe realpath(path, nil) else {
      throw FileError("find", path, code: errno)
    }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  package static func rename(_ path: String, to newPath: String) throws(FileError) {
    // SAFETY: both paths live for the call.
    guard unsafe Glibc.rename(path, newPath) == 0 else {
      throw FileError("write", newPath, code: errno)
    }
  }

  /// Removes a file; one that is not there is no error.
  package static func remove(_ path: String) throws(FileError) {
    // SAFETY: the path lives for the call.
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw FileError("remove", path, code: errno)
    }
  }

  /// Removes an empty directory.
  package static func removeDirectory(_ path: String) throws(FileError) {
    // SAFETY: the path lives for the call.
    guard unsafe rmdir(path) == 0 else { throw FileError("remove", path, code: errno) }
  }

  /// Makes one directory; false if something of that name exists already.
  package static func makeDirectory(
    _ path: String, permissions: UInt32 = 0o755
  ) throws(FileError) -> Bool {
    // SAFETY: the path lives for the call.
    if unsafe mkdir(path, permissions) == 0 { return true }
    guard errno == EEXIST else { throw FileError("make the directory", path, code: errno) }
    return false
  }

  /// Makes a directory and those above it; those that exist are kept.
  package static func makeDirectories(_ path: String) throws(FileError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? "\(part)" : "/\(part)"
      if made != "." && made != ".." { _ = try makeDirectory(made) }
    }
    // What exists already may be something else than a directory.
    _ = try OpenFile(path.isEmpty ? "." : path, .directory)
  }

  /// The names in a directory in ascending order, without `.` and `..`.
  package static func names(in path: String) throws(FileError) -> [String] {
    // SAFETY: the stream is used and closed within this function; each entry's name ends with a
    // zero byte within it.
    guard let stream = unsafe opendir(path) else { throw FileError("read", path, code: errno) }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

// MARK: The standard streams

extension OpenFile {
  package static func writeToStandardOutput(_ bytes: [UInt8]) {
    writeIgnoringFailure(bytes, to: STDOUT_FILENO)
  }

  package static func writeToStandardError(_ bytes: [UInt8]) {
    writeIgnoringFailure(bytes, to: STDERR_FILENO)
  }

  /// Whoever closed the stream does not want to know.
  private static func writeIgnoringFailure(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // SAFETY: the buffer's own address and count.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
