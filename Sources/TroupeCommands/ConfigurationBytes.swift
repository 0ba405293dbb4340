package import Cluster
package import Learning

/// A configuration file of a run that is no file yet: what is fed with damaged ones.
package enum ConfigurationBytes {
  /// What the bytes determine of a run.
  ///
  /// - Throws: exit 65 or 64, with line and option, where they determine nothing.
  package static func run(_ bytes: [UInt8]) throws(RoleFailure) -> RunConfiguration {
    let path = "configuration"
    let layer = try ConfigurationFile.parse(
      bytes, path: path, options: RunSettings.options, source: { .file(path: path, line: $0) })
    var resolved = Resolved(RunSettings())
    try resolved.apply(layer, of: RunSettings.options)
    do throws(ConfigurationError) {
      return try resolved.settings.run()
    } catch {
      throw resolved.failure(for: error, of: RunSettings.options)
    }
  }
}
