/// Rows of cells as lines of text.
enum TextTable {
  /// Columns two spaces apart, without spaces at the ends of lines.
  static func aligned(_ rows: [[String]], rightAligned: Set<Int>) -> String {
    var widths: [Int] = []
    for column in 0..<(rows.first?.count ?? 0) {
      widths.append(rows.map { $0[column].count }.max() ?? 0)
    }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Numbers for people to compare.
enum DecimalText {
  /// Two places, such as `483.20`; without a sign on what rounds to zero.
  static func hundredths(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let scaled = Int((value.magnitude * 100).rounded())
    let fraction = scaled % 100
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / 100)."
      + (fraction < 10 ? "0" : "") + "\(fraction)"
  }
}
