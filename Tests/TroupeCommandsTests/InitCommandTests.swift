import Cluster
import Testing
import TroupeCommands

@Suite struct InitCommandTests {
  /// The checkout that these tests belong to.
  private static var checkout: String {
    #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
  }

  @Test("the package is the example that make example builds and trains, byte for byte")
  func example() throws {
    let folder = Self.checkout + "/Examples/CustomEnvironment"
    for (path, text) in PackageTemplate(checkout: "../..").files {
      let bytes = try OpenFile.readAll("\(folder)/\(path)", limit: 1 << 20)
      #expect(String(decoding: bytes, as: UTF8.self) == text, "\(path)")
    }
  }

  @Test("a package is written whose manifest leads to Troupe, and three commands are named")
  func fresh() throws {
    let place = try Workplace()
    let outcome = place.troupe("init", "\(place.path)/deep/mine/", "--troupe", Self.checkout)
    #expect(outcome.code == 0, "\(outcome.error)")
    for name in ["Package.swift", "Sources/corridor/main.swift", "README.md", ".gitignore"] {
      #expect(outcome.output.contains("wrote \(place.path)/deep/mine/\(name)\n"))
      #expect(place.exists("deep/mine/\(name)"))
    }
    let manifest = try place.text("deep/mine/Package.swift")
    let path = try #require(manifest.firstMatch(of: /path: "([^"]*)"/)).output.1
    #expect(path.hasPrefix("../"))
    #expect(
      try OpenFile.resolvedPath("\(place.path)/deep/mine/\(path)")
        == OpenFile.resolvedPath(Self.checkout))
    for command in ["cd \(place.path)/deep/mine", "swift build -c release", "corridor train"] {
      #expect(outcome.output.contains("\n  ") && outcome.output.contains(command), "\(command)")
    }
  }

  @Test("nothing is overwritten, and nothing written beside what was there")
  func existing() throws {
    let place = try Workplace()
    _ = try place.file("README.md", "mine\n")
    let outcome = place.troupe("init", place.path, "--troupe", Self.checkout)
    #expect(outcome.code == 64)
    #expect(
      outcome.error
        == "troupe: error: \(place.path)/README.md exists already, and no file is ever overwritten; "
        + "name another directory\n")
    #expect(try place.text("README.md") == "mine\n")
    #expect(!place.exists("Package.swift"))
  }

  @Test("what is not Troupe's package is refused before anything is written")
  func notTroupe() throws {
    let place = try Workplace()
    let outcome = place.troupe("init", "\(place.path)/mine", "--troupe", place.path)
    #expect(outcome.code == 64)
    #expect(outcome.error.contains("--troupe is \(place.path), but must be a directory that holds"))
    #expect(!place.exists("mine"))
  }
}
