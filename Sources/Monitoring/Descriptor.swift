import Glibc

// The C calls of this module, each behind a function that is safe to call. Failures are values here:
// nothing that is written for people or for later may stop a run.

/// Writes all bytes; returns 0, or the error and with it how much was written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> (error: Int32, written: Int) {
  var written = 0
  while written < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { bytes in
      // SAFETY: the range lies inside the array, which is borrowed during the call.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      return unsafe write(descriptor, rest.baseAddress, rest.count)
    }
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      return (errno, written)
    }
  }
  return (0, written)
}

/// The last phrase of an error: `no space left on device`.
func errorText(_ code: Int32) -> String {
  // SAFETY: strerror returns a NUL-terminated string for every code; it is copied at once.
  guard let text = unsafe strerror(code) else { return "error \(code)" }
  let phrase = unsafe String(cString: text)
  return phrase.prefix(1).lowercased() + phrase.dropFirst()
}

/// Opens a file to append to, made if it does not exist; negative is a negated error.
func openForAppending(_ path: String) -> Int32 {
  // SAFETY: the path is NUL-terminated.
  let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
  return descriptor >= 0 ? descriptor : -errno
}

/// The file's last byte, or nil if it is empty or cannot be read.
func lastByte(of descriptor: Int32) -> UInt8? {
  let end = lseek(descriptor, 0, SEEK_END)
  guard end > 0 else { return nil }
  var byte: UInt8 = 0
  // SAFETY: one byte is read into one byte of ours.
  return unsafe pread(descriptor, &byte, 1, end - 1) == 1 ? byte : nil
}

/// Reads the whole file from its beginning, or returns nil if it cannot be read.
func readAll(_ descriptor: Int32) -> [UInt8]? {
  var contents: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    // SAFETY: at most the chunk's own size is read into it.
    let count = unsafe pread(descriptor, &chunk, chunk.count, off_t(contents.count))
    if count > 0 {
      contents += chunk.prefix(count)
    } else if count == 0 {
      return contents
    } else if errno != EINTR {
      return nil
    }
  }
}

/// Columns and rows of the terminal, or nil if it is none or does not say.
func terminalSize(of descriptor: Int32) -> (columns: Int, rows: Int)? {
  var size = winsize()
  // SAFETY: TIOCGWINSZ fills exactly this structure.
  guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return (Int(size.ws_col), Int(size.ws_row))
}

/// An environment variable, or nil if it is absent or empty.
func environmentVariable(_ name: String) -> String? {
  // SAFETY: the name is NUL-terminated; the value is copied at once.
  guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
  return unsafe String(cString: value)
}
