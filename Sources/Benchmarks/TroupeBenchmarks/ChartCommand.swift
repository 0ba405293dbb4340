import FoundationEssentials
import Glibc
import Plotting

/// `TroupeBenchmarks chart CURVES PICTURE`: draws curves that a script measured.
enum ChartCommand {
  static let name = "chart"

  /// What the script wrote. With a base, an axis shows powers of it, and the values are those powers.
  private struct Description: Decodable {
    let xLabel: String
    let yLabel: String
    let xBase: Double?
    let yBase: Double?
    let curves: [Line]

    struct Line: Decodable {
      let label: String
      let x: [Double]
      let y: [Double]
    }
  }

  static func run(_ arguments: [String]) throws {
    guard arguments.count == 2, arguments[1].hasSuffix(".svg") else {
      throw BenchmarkError("usage: TroupeBenchmarks chart CURVES.json PICTURE.svg")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let description = try decoder.decode(
      Description.self, from: Data(contentsOf: URL(filePath: arguments[0])))
    let curves = description.curves.map { line in
      let points = zip(line.x, line.y).map { x, y in
        Series.Point(
          x: exponent(of: x, base: description.xBase), y: exponent(of: y, base: description.yBase))
      }
      return Curve(label: line.label, runs: [Series(points)])
    }
    let chart = Chart(
      xLabel: description.xLabel, yLabel: description.yLabel, curves: curves,
      xBase: description.xBase, yBase: description.yBase)
    try Data(SVGChart(chart).text.utf8).write(to: URL(filePath: arguments[1]))
    print("drawn: \(arguments[1])")
  }

  private static func exponent(of value: Double, base: Double?) -> Double {
    base.map { log(value) / log($0) } ?? value
  }
}
