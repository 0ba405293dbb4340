/// The package that `troupe init` writes: one environment, with the whole command line for it.
///
/// `Examples/CustomEnvironment` is what this gives for the path `../..`, byte for byte (a test).
package struct PackageTemplate: Sendable {
  /// What stands for the path in the embedded files.
  private static let placeholder = "TROUPE_CHECKOUT"

  /// Paths within the package and what the files hold, in the order in which they are written.
  package let files: [(path: String, text: String)]

  /// `checkout` is the path of Troupe's own package as seen from the new one.
  package init(checkout: String) {
    let manifest = Self.text(PackageResources.Package_swift_template)
    files = [
      ("Package.swift", manifest.replacing(Self.placeholder, with: Self.escaped(checkout))),
      ("Sources/corridor/main.swift", Self.text(PackageResources.main_swift_template)),
      ("README.md", Self.text(PackageResources.README_md_template)),
      (".gitignore", Self.text(PackageResources.gitignore_template)),
    ]
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The content of a string literal.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}
