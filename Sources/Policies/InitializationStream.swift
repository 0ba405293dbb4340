internal import Kernels
internal import RL

/// The random numbers of one layer's initial parameters, without the 64 words that a step of an
/// episode may draw: every 64 words the stream goes on to its next step.
struct InitializationStream {
  private let seed: UInt64
  private let layer: Int
  private var step = 0
  private var drawn = 0
  private var random: RandomStream
  private var spareNormal: Double?

  init(seed: UInt64, layer: Int) {
    self.seed = seed
    self.layer = layer
    random = Self.stream(seed: seed, layer: layer, step: 0)
  }

  private static func stream(seed: UInt64, layer: Int, step: Int) -> RandomStream {
    RandomStream(
      seed: seed, version: .initial, slot: layer, kind: .initialization, purpose: .reset,
      step: step)
  }

  private mutating func prepare(wordCount: Int) {
    if drawn + wordCount > 4 * RandomStream.maximumBlockCount {
      step += 1
      drawn = 0
      random = Self.stream(seed: seed, layer: layer, step: step)
    }
    drawn += wordCount
  }

  mutating func uniform(from lowerBound: Double, to upperBound: Double) -> Double {
    prepare(wordCount: 2)
    return random.uniform(from: lowerBound, to: upperBound)
  }

  /// A standard normal deviate.
  ///
  /// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    prepare(wordCount: 2)
    let radius = (-2 * Elementary.log(1 - random.uniform())).squareRoot()
    let angle = 2 * Float.pi * random.uniform()
    spareNormal = Double(radius * Elementary.sin(angle))
    return Double(radius * Elementary.cos(angle))
  }

  /// A matrix whose rows (or columns, whichever are fewer) are orthogonal and of length `gain`.
  ///
  /// Shape: `[rows, columns]`, row-major. Gram-Schmidt in double precision, twice for accuracy.
  ///
  /// Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
  /// linear neural networks", 2014.
  mutating func orthogonalMatrix(rows: Int, columns: Int, gain: Double) -> [Float] {
    let count = min(rows, columns)
    let length = max(rows, columns)
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<length).map { _ in normal() }
      for _ in 0..<2 {
        for other in vectors {
          var projection = 0.0
          for index in 0..<length { projection += vector[index] * other[index] }
          for index in 0..<length { vector[index] -= projection * other[index] }
        }
      }
      var squaredLength = 0.0
      for value in vector { squaredLength += value * value }
      // A vector that was all but in the span of the others is drawn again.
      if squaredLength < 1e-12 { continue }
      let factor = 1 / squaredLength.squareRoot()
      vectors.append(vector.map { $0 * factor })
    }
    var matrix: [Float] = []
    matrix.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let entry = rows <= columns ? vectors[row][column] : vectors[column][row]
        matrix.append(Float(gain * entry))
      }
    }
    return matrix
  }
}
