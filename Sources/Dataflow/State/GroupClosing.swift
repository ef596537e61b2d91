import Diagnostics
import Expressions

/// When the groups of a table are over, and what is shown of them.
package struct GroupClosing: Sendable {
  package enum Emission: Sendable {
    /// A group is shown once, when it is over (APPEND).
    case whenOver
    /// Changes are shown at each flush; a group that is over is forgotten and its last row stays (UPDATE, CHANGELOG).
    case changes
  }

  /// By the key columns of the group.
  package var key: TimeKey
  package var emission: Emission

  package init(key: TimeKey, emission: Emission) {
    self.key = key
    self.emission = emission
  }
}

/// How long the groups of a table may rest (TIMEOUT), and what is shown when they have.
package struct GroupIdle: Sendable {
  package var timeoutMicros: Int64
  package var domain: TimeDomain
  /// With `.changes` the row of a group that is over is taken back.
  package var emission: GroupClosing.Emission

  package init(timeoutMicros: Int64, domain: TimeDomain, emission: GroupClosing.Emission) {
    self.timeoutMicros = timeoutMicros
    self.domain = domain
    self.emission = emission
  }

  /// The time up to which everything is over when this step has been absorbed.
  func horizon(_ step: StepContext) -> Int64? {
    domain == .event ? step.closing.watermarkMicros : step.closing.processingMicros
  }
}
