/// The name that someone who mistyped probably meant.
package enum Suggestion {
  /// The candidate nearest to `name`, or nil if none is near enough to be a slip of the finger.
  ///
  /// Of equally near candidates the first wins.
  package static func nearest(to name: String, among candidates: [String]) -> String? {
    let lowered = name.lowercased()
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = editDistance(lowered, candidate.lowercased())
      guard distance <= max(2, candidate.count / 3), distance < candidate.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// `; did you mean NAME?`, or `otherwise` if no name is near.
  static func phrase(
    for name: String, among candidates: [String], orElse otherwise: String = ""
  ) -> String {
    nearest(to: name, among: candidates).map { "; did you mean \($0)?" } ?? otherwise
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
  ///
  /// Source: optimal string alignment distance, Wagner and Fischer (1974) with transpositions.
  package static func editDistance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
