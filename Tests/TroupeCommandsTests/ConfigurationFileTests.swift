import Cluster
import Testing

@Suite struct ConfigurationFileTests {
  /// The file, and what must be said of it after its path.
  static let faults: [(yaml: String, says: String)] = [
    (
      "seed: 1\nlearning_rate: 1\n",
      ", line 2: unknown option learning_rate; did you mean learning-rate?"
    ),
    ("seed: 1\n\n# a comment\nzzz: 1\n", ", line 4: unknown option zzz"),
    ("seed: [1]\n", ", line 1: seed is a list, but must be a whole number from 0 to"),
    ("a: 1\n", ", line 1: unknown option a"),
    ("seed: 1\nhidden: {a: 1}\n", ", line 2: hidden is a mapping, but must be layer sizes"),
    ("hidden: [16, [3]]\n", ", line 1: hidden is a list, but must be layer sizes"),
    ("hidden: [16, 0]\n", ", line 1: hidden is 16,0, but must be layer sizes"),
    ("seed:\n", ", line 1: seed is empty, but must be"),
    ("seed: ~\n", ", line 1: seed is empty, but must be"),
    ("seed: fast\n", ", line 1: seed is fast, but must be a whole number"),
    ("seed: 1.5\n", ", line 1: seed is 1.5, but must be a whole number"),
    ("\ndiscount: .nan\n", ", line 2: discount is .nan, but must be a decimal number"),
    ("discount: .inf\n", ", line 1: discount is .inf, but must be a decimal number"),
    ("discount: 0x1\n", ", line 1: discount is 0x1, but must be a decimal number"),
    ("discount: 1.5\n", ", line 1: discount is 1.5, but must be 0 to 1"),
    (
      "normalize-advantages: yes\n",
      ", line 1: normalize-advantages is yes, but must be true or false"
    ),
    ("activation: gelu\n", ", line 1: activation is gelu, but must be tanh or relu"),
    ("environment: cartpol\n", ", line 1: unknown environment cartpol; did you mean cartpole?"),
    ("seed: 1\nseed: 2\n", ", line 2: seed is given more than once"),
    ("- seed\n", ", line 1: expected lines of the form option: value"),
    ("seed: 1\n  x: [\n", ", line 2: this is not YAML"),
    ("seed: \"1\n", "this is not YAML"),
    ("seed: 1\n---\nseed: 2\n", "this is not YAML"),
    ("config: other.yaml\n", ", line 1: unknown option config"),
    ("[1, 2]: 3\n", ", line 1: expected option: value"),
    ("seed: 1\nbind: tcp://0.0.0.0:1\nbind : x\n", "bind is given more than once"),
  ]

  @Test("a fault is named with file, line and key", arguments: faults)
  func fault(yaml: String, says: String) throws {
    let place = try Workplace()
    let file = try place.file("bad.yaml", yaml)
    let arguments = yaml.contains("environment") ? "" : "cartpole"
    let outcome =
      arguments.isEmpty
      ? place.troupe("train", "--config", file)
      : place.troupe("train", arguments, "--config", file)
    #expect(outcome.code == 65)
    #expect(outcome.error.hasPrefix("troupe: error: \(file)"), "\(outcome.error)")
    #expect(outcome.error.contains(says), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1)
    #expect(outcome.train == nil)
    #expect(!place.exists("runs"))
  }

  @Test("an unreadable file says why")
  func unreadable() throws {
    let place = try Workplace()
    let missing = place.troupe("train", "cartpole", "--config", "\(place.path)/none.yaml")
    #expect(missing.code == 65)
    #expect(
      missing.error
        == "troupe: error: cannot open \(place.path)/none.yaml: there is no such file or "
        + "directory\n")
    let directory = place.troupe("train", "cartpole", "--config", place.path)
    #expect(directory.code == 65)
    #expect(directory.error.contains("it is a directory"))
    try AtomicFile.write([0xff, 0xfe, 0x00], to: "\(place.path)/binary.yaml")
    let binary = place.troupe("train", "cartpole", "--config", "\(place.path)/binary.yaml")
    #expect(binary.code == 65)
    #expect(binary.error.contains("is not UTF-8 text"))
  }

  @Test("empty files and comments are no configuration, which is fine")
  func empty() throws {
    let place = try Workplace()
    for yaml in ["", "# nothing\n", "---\n", "~\n", "{}\n"] {
      let file = try place.file("empty.yaml", yaml)
      #expect(place.troupe("train", "cartpole", "--config", file, "--print-config").code == 0)
    }
  }

  @Test("layer sizes are written as a list, as text, or as none")
  func layers() throws {
    let place = try Workplace()
    for (yaml, printed) in [
      ("[64, 32]", "[64, 32]"), ("64", "[64]"), ("64,32", "[64, 32]"), ("[]", "none"),
      ("none", "none"), ("\"8\"", "[8]"), ("\n  - 4\n  - 5", "[4, 5]"),
    ] {
      let file = try place.file("layers.yaml", "hidden: \(yaml)\n")
      let outcome = place.troupe("train", "cartpole", "--config", file, "--print-config")
      #expect(outcome.printed("hidden") == printed, "\(yaml)")
    }
  }
}
