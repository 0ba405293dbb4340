/// The figures of one section as aligned text.
enum Table {
  static func text(_ title: String, _ figures: [Figure]) -> String {
    let rows = figures.map { figure in
      [
        figure.name, shortText(figure.median),
        figure.values.count > 1
          ? "\(shortText(figure.least)) to \(shortText(figure.greatest))" : "",
        figure.unit, figure.goal?.text ?? "",
        figure.isReached.map { $0 ? "yes" : "NO" } ?? "", figure.note,
      ]
    }
    let header = [title, "median", "range", "unit", "goal", "reached", ""]
    let widths = header.indices.map { column in
      ([header] + rows).reduce(0) { max($0, $1[column].count) }
    }
    let isRight = [false, true, false, false, true, false, false]
    return ([header] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += (isRight[column] ? padding + cell : cell + padding) + "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
