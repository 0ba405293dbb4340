internal import Kernels

/// The random numbers of one stretch of cave.
package struct PixelcopterTerrain: Sendable {
  /// In ±0.01.
  package var frequencyOffset = 0.0
  /// Of each column, 0 to 0.5.
  package var phases = InlineArray<48, Double>(repeating: 0)

  package init() {}
}

/// Where the cave's random numbers come from: an episode's stream, or a recording.
package protocol PixelcopterDraws {
  /// The centre of a new block: x from 48 to 71, then y from 12 to 35.
  mutating func block() -> (x: Int, y: Int)
  mutating func terrain() -> PixelcopterTerrain
}

/// How a position becomes a pixel.
package enum PixelRounding: Sendable {
  /// Half away from zero.
  case nearest
  case towardZero

  @inline(__always)
  func pixel(_ position: Double) -> Int {
    let whole = Int(position)
    if self == .towardZero { return whole }
    let rest = position - Double(whole)
    return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole
  }
}

/// The world of Pixelcopter: the helicopter, its cave of columns and one or two blocks.
///
/// Columns move by repeated subtraction of the same number from a whole start position, and nothing but
/// their collisions can be seen. So they do not move here: the steps at which each comes under the
/// helicopter, leaves it and leaves the screen are known when it is made.
public struct PixelcopterCave: Sendable {
  /// Pixels that everything moves left in a step: 0.0004 × 48 a millisecond, 30 frames a second.
  fileprivate static var shift: Double { 0.0004 * 48 * (1000.0 / 30) }

  private struct Block: Sendable {
    var x = 0.0
    var y = 0

    /// Whether it touches the helicopter at this height.
    func hits(pixel: Int, _ rounding: PixelRounding) -> Bool {
      let column = rounding.pixel(x)
      return column >= 14 && column <= 18 && pixel >= y - 4 && pixel <= y + 5
    }
  }

  package let rounding: PixelRounding
  private var height = 24.0
  private var speed = 0.0
  /// At or below 0 when the episode is over; one collision may cost several.
  package private(set) var lives = 1
  /// Steps since the reset.
  private var clock: Int32 = 0

  /// The blocks on the screen: one, or an old one in front of a new one.
  private var block = Block()
  private var nextBlock: Block?

  // Columns in the order in which they were made, at their number modulo 64; at most 61 are alive.
  private var columnHeights = InlineArray<64, Int8>(repeating: 0)
  private var entrances = InlineArray<64, Int32>(repeating: 0)
  private var departures = InlineArray<64, Int32>(repeating: 0)
  private var exits = InlineArray<64, Int32>(repeating: 0)
  private var firstColumn = 0
  private var columnEnd = 0
  /// The first column that has not passed the helicopter.
  private var cursor = 0

  package init(rounding: PixelRounding) { self.rounding = rounding }

  /// What the policy sees, in full precision, and a last entry without meaning. Stored, because a
  /// computed property would copy the whole cave.
  package private(set) var observation = SIMD8<Double>()

  package var isOver: Bool {
    @inline(__always) get { lives <= 0 }
  }

  package mutating func reset(drawing draws: inout some PixelcopterDraws) {
    (height, speed, lives, clock) = (24, 0, 1, 0)
    (firstColumn, columnEnd, cursor) = (0, 0, 0)
    block = Self.newBlock(&draws)
    nextBlock = nil
    addColumns(draws.terrain(), firstX: 2)
    observe()
  }

  /// Plays one step and returns its reward, a whole number; nothing happens when the episode is over.
  package mutating func step(climbing: Bool, drawing draws: inout some PixelcopterDraws) -> Int {
    if isOver { return 0 }
    clock += 1
    let frame = 1000.0 / 30
    let pace = 0.0004 * 48
    speed += (climbing ? pace * -0.875 : pace * 0.09) * frame
    speed *= 0.99
    height += speed
    block.x -= Self.shift
    nextBlock?.x -= Self.shift
    if block.hits(pixel: rounding.pixel(height), rounding) { lives -= 1 }
    if let nextBlock, nextBlock.hits(pixel: rounding.pixel(height), rounding) { lives -= 1 }
    collideWithColumns()
    var reward = passBlocks(&draws)
    while firstColumn < columnEnd && exits[firstColumn & 63] <= clock {
      firstColumn += 1
      reward += 1
    }
    if height < 6 { lives -= 1 }
    if height > 42 { lives -= 1 }
    if columnEnd - firstColumn <= 13 { addColumns(draws.terrain(), firstX: 50) }
    observe()
    return isOver ? reward - 5 : reward
  }

  private mutating func observe() {
    // The next block is the nearest that is right of the helicopter; there always is one.
    let isAhead = block.x - 16 > 0
    let next = isAhead ? block : nextBlock ?? block
    let column = Double(columnHeights[cursor & 63])
    observation = SIMD8(
      height, speed, height - (column - 12), column + 12 - height, next.x - 16, Double(next.y),
      Double(next.y + 9), 0)
  }

  private static func newBlock(_ draws: inout some PixelcopterDraws) -> Block {
    let (x, y) = draws.block()
    return Block(x: Double(x), y: y)
  }

  private mutating func collideWithColumns() {
    while cursor < columnEnd && departures[cursor & 63] <= clock { cursor += 1 }
    var column = cursor
    while column < columnEnd && entrances[column & 63] <= clock {
      let middle = Double(columnHeights[column & 63])
      // The helicopter's whole size counts at the ceiling and none of it at the floor.
      if height - 48 * 0.05 <= middle - 12 { lives -= 1 }
      if height >= middle + 12 { lives -= 1 }
      column += 1
    }
  }

  /// A block that reaches the helicopter pays and calls the next; that one is at least 27 pixels behind
  /// when the first leaves, so that there are never three.
  private mutating func passBlocks(_ draws: inout some PixelcopterDraws) -> Int {
    var reward = 0
    if block.x <= 16 && nextBlock == nil {
      reward = 1
      nextBlock = Self.newBlock(&draws)
    }
    if block.x <= -4, let nextBlock {
      block = nextBlock
      self.nextBlock = nil
    }
    return reward
  }

  private mutating func addColumns(_ terrain: PixelcopterTerrain, firstX: Int) {
    let timetable = PixelcopterTimetable.of(rounding, firstX: firstX)
    let frequency = 4.5 / 48 + terrain.frequencyOffset
    for group in 0..<6 {
      var x = SIMD8<Double>()
      var phase = SIMD8<Double>()
      for lane in 0..<8 {
        x[lane] = Double(firstX + 4 * (8 * group + lane))
        phase[lane] = terrain.phases[8 * group + lane]
      }
      let heights = 24 + 6 * Elementary.sinCos(frequency * x + phase).sin
      for lane in 0..<8 {
        let place = columnEnd & 63
        let times = timetable[8 * group + lane]
        columnHeights[place] = Int8(heights[lane])
        entrances[place] = clock + times.entrance
        departures[place] = clock + times.departure
        exits[place] = clock + times.exit
        columnEnd += 1
      }
    }
    while cursor < columnEnd && departures[cursor & 63] <= clock { cursor += 1 }
  }

  /// Steps until each column on the screen leaves it, and its centre, leftmost first.
  package var columns: [(stepsLeft: Int, y: Int)] {
    (firstColumn..<columnEnd).map {
      (Int(exits[$0 & 63] - clock), Int(columnHeights[$0 & 63]))
    }
  }

  /// Where the centre of a column is that leaves the screen so many steps from now, to within a step's
  /// shift.
  package func columnPosition(stepsLeft: Int) -> Double { -4 + Double(stepsLeft) * Self.shift }

  /// Centres of the blocks on the screen, in pixels from its upper left corner.
  package var blocks: [(x: Double, y: Int)] {
    ([block] + (nextBlock.map { [$0] } ?? [])).map { ($0.x, $0.y) }
  }
}

/// The steps, counted from when a column is made, at which it comes under the helicopter, has passed it,
/// and leaves the screen.
private struct PixelcopterTimetable {
  var entrance: Int32 = 0
  var departure: Int32 = 0
  var exit: Int32 = 0

  static func of(_ rounding: PixelRounding, firstX: Int) -> [PixelcopterTimetable] {
    switch rounding {
    case .nearest: firstX == 2 ? nearestStart : nearestRefill
    case .towardZero: firstX == 2 ? truncatedStart : truncatedRefill
    }
  }

  private static let nearestStart = make(.nearest, firstX: 2)
  private static let nearestRefill = make(.nearest, firstX: 50)
  private static let truncatedStart = make(.towardZero, firstX: 2)
  private static let truncatedRefill = make(.towardZero, firstX: 50)

  private static func make(_ rounding: PixelRounding, firstX: Int) -> [PixelcopterTimetable] {
    (0..<48).map { index in
      var times = PixelcopterTimetable()
      var x = Double(firstX + 4 * index)
      while x > -4 {
        // The helicopter is over the pixels 14 to 18 of a column's centre.
        if rounding.pixel(x) > 18 { times.entrance += 1 }
        if rounding.pixel(x) >= 14 { times.departure += 1 }
        times.exit += 1
        x -= PixelcopterCave.shift
      }
      return times
    }
  }
}
