/// What a colour means in a scene. What it looks like depends on where it is shown: every role has a
/// colour for dark and one for light surroundings.
public enum Color: String, Hashable, Sendable, CaseIterable {
  /// What is behind everything.
  case background
  /// What stands still: tracks, roads, hills, walls.
  case ground
  /// Helping lines: axes, the middle of a lane.
  case guide
  /// What the policy steers.
  case agent
  /// A part of what the policy steers that stands out from it: a pole on a cart.
  case part
  /// A small detail on top: a joint, a wheel.
  case detail
  /// What is to be reached.
  case goal
  /// What is to be avoided.
  case danger
  case text

  /// Red, green and blue, 0 to 255.
  public struct Components: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    fileprivate init(_ number: UInt32) {
      self.init(
        red: UInt8(number >> 16 & 255), green: UInt8(number >> 8 & 255), blue: UInt8(number & 255))
    }

    /// As in CSS and SVG: `#0b7285`.
    public var hexadecimal: String {
      "#"
        + [red, green, blue].map { value in
          let digits = String(value, radix: 16)
          return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }
  }

  /// The colour on a light page.
  public var light: Components {
    switch self {
    case .background: Components(0xf6f7f9)
    case .ground: Components(0xb9c0cb)
    case .guide: Components(0x8a93a1)
    case .agent: Components(0x1f5fd0)
    case .part: Components(0xc8700f)
    case .detail: Components(0x1c222c)
    case .goal: Components(0x1a7f4b)
    case .danger: Components(0xc2333b)
    case .text: Components(0x1c222c)
    }
  }

  /// The colour on a dark page.
  public var dark: Components {
    switch self {
    case .background: Components(0x12161d)
    case .ground: Components(0x3a4351)
    case .guide: Components(0x6a7585)
    case .agent: Components(0x6ea2ff)
    case .part: Components(0xf2a54a)
    case .detail: Components(0xe7ebf1)
    case .goal: Components(0x4fc98a)
    case .danger: Components(0xff7b80)
    case .text: Components(0xe7ebf1)
    }
  }
}
