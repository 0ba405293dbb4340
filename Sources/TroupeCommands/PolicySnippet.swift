package import Cluster
import Policies
import RL

/// Five lines of Python that load `model.safetensors` and sample an action.
package struct PolicySnippet {
  private let policy: RecordedPolicy

  package init(_ policy: RecordedPolicy) { self.policy = policy }

  package var text: String {
    """
    import torch, safetensors.torch
    tensors = safetensors.torch.load_file("model.safetensors")
    model = torch.nn.Sequential(\(layers))
    model.load_state_dict({name: tensors[name] for name in model.state_dict()})
    print(\(sample))
    """
  }

  private var layers: String {
    let sizes =
      [policy.policy.observationSize] + policy.policy.configuration.hidden
      + [policy.policy.actionSpace.outputCount]
    let activation =
      switch policy.policy.configuration.activation {
      case .tanh: "torch.nn.Tanh()"
      case .relu: "torch.nn.ReLU()"
      }
    return zip(sizes, sizes.dropFirst()).map { "torch.nn.Linear(\($0), \($1))" }
      .joined(separator: ", \(activation), ")
  }

  /// The distribution at an observation of zeros, and an action from it.
  private var sample: String {
    var observation = "torch.zeros(1, \(policy.policy.observationSize))"
    if policy.normalization != nil {
      observation =
        "((\(observation) - tensors[\"observation_mean\"]) * tensors[\"observation_inverse_std\"])"
        + ".clamp(-10, 10)"
    }
    let outputs = "model(\(observation))"
    switch policy.policy.actionSpace {
    case .discrete: return "torch.distributions.Categorical(logits=\(outputs)).sample()"
    case .multiDiscrete(let counts):
      return "[torch.distributions.Categorical(logits=part).sample() for part in "
        + "\(outputs).split(\(counts), dim=1)]"
    case .multiBinary: return "torch.distributions.Bernoulli(logits=\(outputs)).sample()"
    case .box:
      return "torch.distributions.Normal(\(outputs), tensors[\"log_std\"].exp()).sample()"
    }
  }
}
