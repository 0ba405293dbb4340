internal import Learning
internal import RL

/// The environment within a run's wrappers.
///
/// - Throws: exit 65 for a wrapper that it cannot have.
func wrappedEnvironment(
  _ environment: EnvironmentSpecification, of run: RunConfiguration
) throws(RoleFailure) -> EnvironmentSpecification {
  do throws(ConfigurationError) {
    return try run.wrapped(environment)
  } catch {
    throw RoleFailure(.badData, "\(error)")
  }
}
