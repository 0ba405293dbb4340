internal import Learning
internal import RL

extension RunConfiguration {
  /// The environment within the run's wrappers.
  ///
  /// - Throws: exit 65 for a wrapper that it cannot have.
  func wrapped(
    _ environment: EnvironmentSpecification
  ) throws(RoleFailure) -> EnvironmentSpecification {
    do throws(WrapperProblem) {
      return try environment.wrapped(by: wrappers)
    } catch {
      throw RoleFailure(.badData, "\(error)")
    }
  }
}
