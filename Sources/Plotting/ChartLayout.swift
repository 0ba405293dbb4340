/// Where the parts of a chart lie in a picture, x to the right and y downwards.
struct ChartLayout {
  let chart: Chart
  let width = 860.0
  let height = 520.0
  let left = 78.0
  let right = 24.0
  let bottom = 56.0

  /// Okabe and Ito's colours, which people with any colour vision tell apart; 0xRRGGBB.
  static let colours: [UInt32] = [
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x8c6bb1,
  ]

  var top: Double { 20 + 20 * Double(chart.curves.count) }

  /// The baseline of a curve's line in the legend.
  func legendRow(_ row: Int) -> Double { 18 + 20 * Double(row) }

  func x(_ value: Double) -> Double {
    left + chart.xAxis.share(of: value) * (width - left - right)
  }

  func y(_ value: Double) -> Double {
    height - bottom - chart.yAxis.share(of: value) * (height - bottom - top)
  }
}
