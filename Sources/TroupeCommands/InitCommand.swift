import ArgumentParser
import Cluster

/// `troupe init`: a package of the user's own.
struct InitCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a Swift package with an environment of your own.",
    discussion: """
      Example: troupe init my-environment

      Writes Package.swift, Sources/corridor/main.swift (an environment in about 30 lines), README.md \
      and .gitignore. Built, the package is a program with the whole command line of troupe for its \
      environment. No file is ever overwritten.
      """)

  @Argument(help: "Directory of the package; made if it does not exist.", completion: .directory)
  var directory: String

  @Option(
    help: ArgumentHelp(
      "Troupe's own package, which the new one builds on (default: the one that this program was built in).",
      valueName: "directory"),
    completion: .directory)
  var troupe: String?

  func run(in context: CommandContext) throws {
    guard !directory.isEmpty else {
      throw RoleFailure(.usage, "no directory is given; write troupe init my-environment")
    }
    let checkout = try TroupeCheckout(named: troupe)
    let names = PackageTemplate(checkout: "").files.map(\.path)
    if let taken = names.map(path).first(where: OpenFile.exists) {
      throw RoleFailure(
        .usage,
        "\(taken) exists already, and no file is ever overwritten; name another directory")
    }
    let files = try reportingFileErrors { () throws(FileError) -> [(path: String, text: String)] in
      try OpenFile.makeDirectories(directory)
      let files = PackageTemplate(checkout: try checkout.path(from: directory)).files
      for (name, text) in files {
        try OpenFile.makeDirectories(AtomicFile.directory(of: path(name)))
        try AtomicFile.write(text, to: path(name))
      }
      return files
    }
    context.output(files.map { "wrote \(path($0.path))\n" }.joined() + advice)
  }

  private func path(_ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  private var advice: String {
    """

    Build it, train it, and change Sources/corridor/main.swift into what you want to train:
      cd \(OptionText.shown(directory))
      swift build -c release
      .build/release/corridor train corridor --updates 100 --evaluate-every 50

    """
  }
}
