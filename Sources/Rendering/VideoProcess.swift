internal import CLinux
internal import Glibc
internal import Raster

/// Why there is no video, in one sentence.
package struct VideoError: Error, Hashable, CustomStringConvertible {
  package let description: String
  /// Whether the program that writes videos is not installed.
  package var lacksProgram = false
}

extension EpisodeFilm {
  /// Has ffmpeg write the episode as a video of at most `frameLimit` pictures, 30 a second, in H.264.
  ///
  /// - Throws: when there is no ffmpeg, or it fails; what it says goes to standard error.
  package func writeVideo(to path: String, frameLimit: Int) throws(VideoError) {
    let (width, height) = FilmFrame.size
    var video = try VideoProcess([
      "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24",
      "-video_size", "\(width)x\(height)", "-framerate", "30", "-i", "pipe:3", "-an",
      "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
      path.hasPrefix("-") ? "./\(path)" : path,
    ])
    let (painter, frames) = (FilmFrame(self), frames(limit: frameLimit))
    for frame in frames {
      let bytes = painter.canvas(at: frame).bytes
      // The end stays for a second.
      for _ in 0..<(frame == frames.last ? 30 : 1) { try video.write(bytes) }
    }
    try video.finish()
  }
}

/// A program that reads raw pictures from its descriptor 3.
private struct VideoProcess: ~Copyable {
  private let process: pid_t
  private var pipe: Int32
  private var isRunning = true

  init(_ arguments: [String]) throws(VideoError) {
    var ends: [Int32] = [-1, -1]
    // SAFETY: two descriptors are written into the array's two elements.
    guard unsafe troupe_pipe(&ends) == 0 else {
      throw VideoError(description: "cannot make a pipe: \(Self.errorText(errno))")
    }
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe []
    // SAFETY: each copy is freed below, after the call that reads them; the array ends with nil.
    for argument in arguments { unsafe strings.append(unsafe strdup(argument)) }
    unsafe strings.append(nil)
    defer { unsafe strings.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe troupe_spawn_with(arguments[0], strings, [ends[0]], 1, &process)
    close(ends[0])
    guard error == 0 else {
      close(ends[1])
      throw VideoError(
        description: error == ENOENT
          ? "there is no ffmpeg, which writes videos (apt-get install ffmpeg)"
          : "cannot start ffmpeg: \(Self.errorText(error))", lacksProgram: error == ENOENT)
    }
    // A reader that has gone is an error to report, not a signal to die of.
    signal(SIGPIPE, SIG_IGN)
    self.process = process
    pipe = ends[1]
  }

  mutating func write(_ bytes: [UInt8]) throws(VideoError) {
    var written = 0
    while written < bytes.count {
      // SAFETY: the array's own bytes are written.
      let count = unsafe bytes[written...].withUnsafeBytes { rest in
        unsafe Glibc.write(pipe, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        try finish()
        throw VideoError(description: "ffmpeg stopped reading pictures")
      }
      written += count
    }
  }

  /// Waits for its end.
  mutating func finish() throws(VideoError) {
    close(pipe)
    pipe = -1
    var code = TROUPE_NOT_ENDED
    while code == TROUPE_NOT_ENDED { code = troupe_peek_ended(process) }
    _ = waitpid(process, nil, 0)
    isRunning = false
    guard code == 0 else {
      throw VideoError(
        description: code > 0
          ? "ffmpeg ended with exit code \(code)" : "ffmpeg was killed by signal \(-code)")
    }
  }

  private static func errorText(_ code: Int32) -> String {
    // SAFETY: strerror gives a string that lasts until the thread's next call of it.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  deinit {
    if pipe >= 0 { close(pipe) }
    guard isRunning else { return }
    kill(process, SIGKILL)
    _ = waitpid(process, nil, 0)
  }
}
