internal import Glibc

/// Processor seconds that this process and the ones it started have used.
struct ProcessorTime {
  let own: Double
  /// Seconds that this thread was ready and had no core, because others used them; 0 where the kernel does not count.
  let queued: Double
  /// Of every process whose group was made for a child: what a child starts belongs to its group.
  let children: Double

  init() {
    var used = timespec()
    // SAFETY: used lives for the call.
    _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    own = Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
    let counts = (try? OpenFile.readAll("/proc/thread-self/schedstat", limit: 4096)) ?? []
    let fields = String(decoding: counts, as: UTF8.self).split(separator: " ")
    queued = fields.count > 1 ? (Double(fields[1]) ?? 0) / 1e9 : 0
    let me = getpid()
    let processes = ((try? OpenFile.names(in: "/proc")) ?? []).compactMap { name in
      Int32(name).flatMap { Self.Entry(process: $0) }
    }
    let groups = Set(processes.filter { $0.parent == me }.map(\.group))
    children = processes.filter { $0.process != me && groups.contains($0.group) }.reduce(0) {
      $0 + Double($1.ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
  }

  /// One line of /proc/PID/stat, as far as it is needed.
  private struct Entry {
    let process: Int32
    let parent: Int32
    let group: Int32
    let ticks: Int

    /// Nil for a process that is gone.
    init?(process: Int32) {
      guard let bytes = try? OpenFile.readAll("/proc/\(process)/stat", limit: 1 << 16) else {
        return nil
      }
      // The name, in brackets, may hold anything.
      let text = String(decoding: bytes, as: UTF8.self)
      guard let bracket = text.lastIndex(of: ")") else { return nil }
      let fields = text[text.index(after: bracket)...].split(separator: " ")
      guard fields.count > 12, let parent = Int32(fields[1]), let group = Int32(fields[2]),
        let user = Int(fields[11]), let system = Int(fields[12])
      else { return nil }
      self.process = process
      self.parent = parent
      self.group = group
      ticks = user + system
    }
  }
}
