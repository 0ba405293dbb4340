/// GAE(λ) of one episode: A_t = δ_t + γλ A_{t+1} with δ_t = r_t + γ V(s_{t+1}) − V(s_t), and the λ-returns
/// A_t + V(s_t), to which V is fitted.
///
/// `finalValue` is V of what followed the last step: 0 after a terminated episode, V of the final
/// observation after a truncated one, which would have gone on.
///
/// Shape: all `[stepCount]`.
///
/// Determinism: from the last step back, in double precision; each result is rounded once.
///
/// Source: Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage
/// Estimation", ICLR 2016, equation 16.
package func generalizedAdvantages(
  of rewards: Span<Float>, values: Span<Float>, finalValue: Float, discount: Double,
  lambda: Double, scale: Double, into advantages: inout MutableSpan<Float>,
  lambdaReturns: inout MutableSpan<Float>
) {
  precondition(values.count == rewards.count, "one value for each step")
  let decay = discount * lambda
  var nextValue = Double(finalValue)
  var advantage = 0.0
  for t in (0..<rewards.count).reversed() {
    let value = Double(values[t])
    let difference = Double(rewards[t]) * scale + discount * nextValue - value
    advantage = difference + decay * advantage
    advantages[t] = Float(advantage)
    lambdaReturns[t] = Float(advantage + value)
    nextValue = value
  }
}
