/// Everything that the options of `replay` decide.
struct ReplaySettings: Hashable, Sendable {
  var update: Int?
  var slot: Int?
  var evaluation = false
  var threads: Int?
  var json = false
  /// Where the episode goes as pictures.
  var render: String?
  var frames: Int?

  static let options = ReplaySection.options
}

enum ReplaySection: OptionSection {
  static let options: [OptionDescriptor<ReplaySettings>] = [
    .count(
      "update", \.update, .placing, in: 0...Int(UInt32.max), absent: "none",
      help: "policy version that played the episode, as log lines name it"),
    .count(
      "slot", \.slot, .placing, in: 0...999_999, absent: "none",
      help: "number of the episode within its round, from 0"),
    .boolean(
      "evaluation", \.evaluation, .placing, shape: .flag,
      help: "an episode of the evaluation at that version instead of one that an update used"),
    .count(
      "threads", \.threads, .placing, in: 1...1024, absent: "auto",
      help: "threads that run updates again; one per core unless given"),
    .boolean(
      "json", \.json, .session, shape: .flag,
      help: "print each step as one JSON object, exact to the last bit"),
    .optional(
      "render", \.render, .session, shape: .value("file"), absent: "none",
      help:
        "write the episode as moving pictures instead, to a file that ends in .html, .gif or .mp4",
      allowed: "a file that ends in .html, .gif or .mp4",
      parse: { EpisodeFile(path: $0) == nil ? nil : $0 }, text: { $0 }),
    .count(
      "frames", \.frames, .session, in: 2...100_000, absent: "auto",
      help:
        "most pictures in the file; of a longer episode every second, third and so on is shown"),
  ]
}
