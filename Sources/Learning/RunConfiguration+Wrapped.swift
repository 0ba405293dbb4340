package import RL

extension RunConfiguration {
  /// The environment within the run's wrappers.
  ///
  /// - Throws: the first wrapper that it cannot have.
  package func wrapped(
    _ environment: EnvironmentSpecification
  ) throws(ConfigurationError) -> EnvironmentSpecification {
    do throws(WrapperProblem) {
      return try environment.wrapped(by: wrappers)
    } catch {
      throw ConfigurationError(error)
    }
  }
}
