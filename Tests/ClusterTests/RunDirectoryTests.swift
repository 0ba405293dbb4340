import Cluster
import Glibc
import Testing

@Suite struct RunDirectoryTests {
  @Test("new directories are numbered from the second on")
  func naming() throws {
    let place = try TemporaryDirectory()
    let first = try RunDirectory.create(named: "cartpole-seed1", in: "\(place.path)/a/runs")
    let second = try RunDirectory.create(named: "cartpole-seed1", in: "\(place.path)/a/runs")
    #expect(first.path == "\(place.path)/a/runs/cartpole-seed1")
    #expect(second.path == "\(place.path)/a/runs/cartpole-seed1-2")
  }

  @Test("a locked directory is refused with the holder's number, and free when the holder is gone")
  func lock() throws {
    let place = try TemporaryDirectory()
    let path = "\(place.path)/run"
    do {
      let directory = try RunDirectory(beginning: path)
      let failure = #expect(throws: RoleFailure.self) { _ = try RunDirectory(resuming: path) }
      #expect(failure?.exitCode == .tryAgain)
      #expect(
        failure?.description == "the run directory \(path) is in use by process \(getpid())")
      #expect(throws: RoleFailure.self) { _ = try RunDirectory(beginning: path) }
      #expect(directory.path == path)
    }
    _ = try RunDirectory(resuming: path)
    _ = try RunDirectory(beginning: path)
  }

  @Test("a lock file without a number still locks")
  func lockWithoutNumber() throws {
    let place = try TemporaryDirectory()
    try place.write("", to: "lock")
    let file = try OpenFile("\(place.path)/lock", .update)
    #expect(try file.lockExclusively())
    let failure = #expect(throws: RoleFailure.self) { _ = try RunDirectory(resuming: place.path) }
    #expect(failure?.description.hasSuffix("is in use by another process") == true)
    // Not `_ = file`: the lock is held until here.
    #expect(try file.modificationTime() > 0)
  }

  @Test("what a dead process left in the lock file does not hold")
  func deadHolder() throws {
    let place = try TemporaryDirectory()
    try place.write("1\n", to: "lock")
    _ = try RunDirectory(resuming: place.path)
    #expect(try place.text("lock") == "\(getpid())\n")
  }

  @Test("a child process does not inherit the lock")
  func inheritance() throws {
    let place = try TemporaryDirectory()
    var child: pid_t = 0
    do {
      let directory = try RunDirectory(beginning: place.path)
      var arguments = unsafe [strdup("sleep"), strdup("30"), nil]
      #expect(unsafe posix_spawnp(&child, "sleep", nil, nil, &arguments, environ) == 0)
      unsafe arguments.forEach { unsafe free($0) }
      #expect(directory.path == place.path)
    }
    defer {
      _ = kill(child, SIGKILL)
      _ = waitpid(child, nil, 0)
    }
    _ = try RunDirectory(resuming: place.path)
  }

  @Test("only an empty directory, or the traces of a run that never began, can be begun in")
  func beginning() throws {
    let place = try TemporaryDirectory()
    try place.write("1\n", to: "lock")
    _ = try OpenFile("\(place.path)/config.yaml.tmp", .create)
    _ = try RunDirectory(beginning: place.path)
    try place.write("seed: 1\n", to: "config.yaml")
    let run = #expect(throws: RoleFailure.self) { _ = try RunDirectory(beginning: place.path) }
    #expect(run?.exitCode == .usage)
    #expect(run?.description.contains("holds a run already") == true)
    let other = try TemporaryDirectory()
    try other.write("x", to: "notes.txt")
    let failure = #expect(throws: RoleFailure.self) { _ = try RunDirectory(beginning: other.path) }
    #expect(failure?.description.contains("(notes.txt lies in it)") == true)
    #expect(try other.names() == ["notes.txt"])
  }

  @Test("a path that leads nowhere is refused with its reason")
  func unusable() throws {
    let place = try TemporaryDirectory()
    try place.write("x", to: "file")
    for path in ["\(place.path)/file", "\(place.path)/file/run"] {
      let failure = #expect(throws: RoleFailure.self) { _ = try RunDirectory(beginning: path) }
      #expect(failure?.exitCode == .unavailable)
      #expect(failure?.description.contains("not a directory") == true, "\(path)")
    }
    let missing = #expect(throws: RoleFailure.self) {
      _ = try RunDirectory(resuming: "\(place.path)/none")
    }
    #expect(missing?.description.contains("there is no such file or directory") == true)
  }

  @Test("no permission is said so", .enabled(if: geteuid() != 0, "the superuser may do anything"))
  func permission() throws {
    let place = try TemporaryDirectory()
    #expect(unsafe chmod(place.path, 0o555) == 0)
    defer { _ = unsafe chmod(place.path, 0o755) }
    let failure = #expect(throws: RoleFailure.self) {
      _ = try RunDirectory(beginning: "\(place.path)/run")
    }
    #expect(failure?.exitCode == .unavailable)
    #expect(failure?.description.hasSuffix("permission denied") == true)
  }

  @Test("runs are listed with the one worked on last first")
  func listing() throws {
    let place = try TemporaryDirectory()
    let parent = "\(place.path)/runs"
    #expect(try RunDirectory.runs(in: parent).isEmpty)
    for name in ["a", "b", "c"] {
      let directory = try RunDirectory.create(named: name, in: parent)
      if name != "c" { try AtomicFile.write("seed: 1\n", to: directory.configurationPath) }
    }
    #expect(try RunDirectory.runs(in: parent) == ["\(parent)/b", "\(parent)/a"])
    _ = try RunDirectory(resuming: "\(parent)/a")
    #expect(try RunDirectory.runs(in: parent) == ["\(parent)/a", "\(parent)/b"])
  }

  @Test("everything lies within the directory, whatever slashes the path ends with")
  func paths() throws {
    let place = try TemporaryDirectory()
    let directory = try RunDirectory(beginning: "\(place.path)//")
    let paths = [
      directory.configurationPath, directory.runIDPath, directory.logPath, directory.metricsPath,
      directory.checkpointsPath, directory.policyPath, directory.addressPath,
    ]
    #expect(
      paths
        == [
          "config.yaml", "run.id", "log.jsonl", "metrics.jsonl", "checkpoints",
          "policy.safetensors", "address",
        ].map { "\(place.path)/\($0)" })
  }

  @Test("what was made for a run that never began is taken back, and nothing else")
  func withdrawal() throws {
    let place = try TemporaryDirectory()
    let path = "\(place.path)/run"
    func begin() throws {
      let directory = try RunDirectory(beginning: path)
      try AtomicFile.write("seed: 1\n", to: directory.configurationPath)
      try AtomicFile.write("1\n", to: directory.runIDPath)
      try AtomicFile.write("", to: directory.metricsPath)
      _ = try CheckpointStore(directory: directory.checkpointsPath, kept: 1)
      let held = #expect(throws: RoleFailure.self) {
        try RunDirectory.withdraw(path, keepingDirectory: false)
      }
      #expect(held?.exitCode == .tryAgain)
    }
    try begin()
    try RunDirectory.withdraw(path, keepingDirectory: true)
    #expect(try OpenFile.names(in: path) == [])
    try begin()
    try RunDirectory.withdraw(path, keepingDirectory: false)
    #expect(!OpenFile.exists(path))
    for (name, text) in [
      ("metrics.jsonl", "{}\n"), ("checkpoints/00000000.safetensors", "x"),
    ] {
      try begin()
      try place.write(text, to: "run/\(name)")
      let names = try OpenFile.names(in: path)
      try RunDirectory.withdraw(path, keepingDirectory: false)
      #expect(try OpenFile.names(in: path) == names, "\(name)")
      try OpenFile.remove("\(path)/\(name)")
      try RunDirectory.withdraw(path, keepingDirectory: false)
    }
  }
}
