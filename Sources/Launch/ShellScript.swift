/// The script of `launch.sh` with the words it is to work with, as one text for the standard input of `sh`.
///
/// So the remote command line is the word `sh` whatever the login shell is, and what a user wrote reaches a
/// shell only as quoted words here; nothing of it is seen in a list of processes.
package enum ShellScript {
  /// `words` are directory, action, and the action's arguments.
  package static func bytes(_ words: [String]) -> [UInt8] {
    Array("set -- \(words.map(quoted).joined(separator: " "))\n".utf8) + PackageResources.launch_sh
  }

  /// One word that a POSIX shell takes literally.
  package static func quoted(_ word: String) -> String {
    "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
