internal import Kernels

/// The discounted return from each step of an episode on: G_t = r_t + γ G_{t+1}.
///
/// Determinism: one chain of fused multiply-adds from the last step back.
///
/// Source: Sutton and Barto, "Reinforcement Learning", 2nd edition, equation 3.9.
public func rewardToGo(
  of rewards: Span<Float>, discount: Double, scale: Double = 1,
  into result: inout MutableSpan<Float>
) {
  Scans.discountedSuffixSums(
    of: rewards, scale: Float(scale), discount: Float(discount), into: &result)
}
