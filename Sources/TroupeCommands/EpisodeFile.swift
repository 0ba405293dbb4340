import Cluster
import Rendering

/// A file of moving pictures of an episode; the end of its name says of which kind.
struct EpisodeFile {
  private enum Kind: String {
    case html
    case gif
    case mp4
  }

  let path: String
  private let kind: Kind
  /// 12 s of a GIF, which nobody watches for longer.
  private static let pictureLimit = 300
  private static let videoLimit = 3000

  /// Nil unless the path ends in `.html`, `.gif` or `.mp4`.
  init?(path: String) {
    guard let name = path.split(separator: "/", omittingEmptySubsequences: false).last,
      let dot = name.lastIndex(of: "."), dot > name.startIndex,
      let kind = Kind(rawValue: name[name.index(after: dot)...].lowercased())
    else { return nil }
    self.path = path
    self.kind = kind
  }

  /// Writes the film with at most `frameLimit` pictures; the page has them all.
  ///
  /// - Throws: exit 69 for a file that cannot be written, or without the program that writes it.
  func write(_ film: EpisodeFilm, frameLimit: Int?) throws(RoleFailure) {
    switch kind {
    case .html: try save(Array(film.page.utf8))
    case .gif: try save(film.gif(frameLimit: frameLimit ?? Self.pictureLimit))
    case .mp4:
      do throws(VideoError) {
        try film.writeVideo(to: path, frameLimit: frameLimit ?? Self.videoLimit)
      } catch {
        let way =
          error.lacksProgram
          ? "; a name that ends in .gif or .html needs no other program" : ""
        throw RoleFailure(.unavailable, "cannot write \(path): \(error)\(way)")
      }
    }
  }

  private func save(_ bytes: [UInt8]) throws(RoleFailure) {
    do throws(FileError) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw RoleFailure(.unavailable, "\(error)")
    }
  }
}
