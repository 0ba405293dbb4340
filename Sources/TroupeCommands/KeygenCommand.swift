import ArgumentParser
import Cluster

/// `troupe keygen`: the keys of a learner and its actors.
struct KeygenCommand: ContextualCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make the keys that learner and actors need across machines.",
    discussion: """
      Example: troupe keygen keys

      Writes keys/learner.secret, keys/learner.public, keys/actor.secret, keys/actor.public and \
      keys/allowed/actor.public, readable by this user alone. With --actor NAME it adds one more \
      actor key to a directory that exists; a NAME that ends in .shared marks a key that several \
      actors speak with, such as a relay's. No key is ever overwritten.
      """)

  @Argument(help: "Directory for the keys; made if it does not exist.")
  var directory: String

  @Option(help: ArgumentHelp("Make one more actor key, of this name.", valueName: "name"))
  var actor: String?

  func run(in context: CommandContext) throws {
    guard !directory.isEmpty else {
      throw RoleFailure(.usage, "no directory is given; write troupe keygen keys")
    }
    let keys = KeyDirectory(path: directory)
    if let actor {
      let made = try keys.generateActor(named: actor)
      context.output(Self.list(made) + Self.advice(forActor: actor, in: keys.path))
    } else {
      let made = try keys.generate()
      context.output(Self.list(made) + Self.advice(in: keys.path))
    }
  }

  private static func list(_ made: KeyDirectory.Made) -> String {
    made.files.map { "wrote \($0)\n" }.joined()
  }

  private static func advice(in path: String) -> String {
    """

    On the learner's host: learner.secret and allowed/, and start it with
      troupe learner ENVIRONMENT --bind tcp://0.0.0.0:5555 --keys \(path)
    On each actor's host: actor.secret and learner.public, and start it with
      troupe actor --connect tcp://LEARNER:5555 --keys \(path)
    All actors that share a key are one to the learner. For a key for each host, which can be taken away
    again alone, run
      troupe keygen \(path) --actor NAME

    """
  }

  private static func advice(forActor name: String, in path: String) -> String {
    """

    Copy \(path)/actors/\(name) to the host of that actor, and start it there with
      troupe actor --connect tcp://LEARNER:5555 --keys \(name)
    A running learner with --keys \(path) lets it in from now on. To shut it out again, remove
      \(path)/allowed/\(name).public

    """
  }
}
