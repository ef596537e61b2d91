import Diagnostics
import Expressions
import Synchronization

/// What a step hands to its operators (SEM-13). Operators read no clock, no randomness and no settings but these.
package struct StepContext: Sendable {
  /// Number of the step within the query's life; grows by one a step.
  package var number: Int64
  package var evaluation: EvaluationContext
  package var cancellation: Cancellation
  /// Up to when state is final once the step's rows have been absorbed: what `flush` goes by. Rows are tested against the
  /// watermark in `evaluation`, the one in force before them (SEM-2).
  package var closing: Closing

  package struct Closing: Sendable {
    /// The watermark after the step; nil before the first.
    package var watermarkMicros: Int64?
    /// The time of the step on the query's clock.
    package var processingMicros: Int64

    package init(watermarkMicros: Int64?, processingMicros: Int64) {
      self.watermarkMicros = watermarkMicros
      self.processingMicros = processingMicros
    }

    /// Nothing more will come: all is final (SEM-4).
    package static let endOfInput = Closing(watermarkMicros: .max, processingMicros: .max)
  }

  package init(
    number: Int64, evaluation: EvaluationContext, cancellation: Cancellation, closing: Closing? = nil
  ) {
    self.number = number
    self.evaluation = evaluation
    self.cancellation = cancellation
    self.closing =
      closing
      ?? Closing(watermarkMicros: evaluation.watermarkMicros, processingMicros: evaluation.timestampMicros)
  }
}

/// A request to stop, set from any thread or signal handler, looked at once a batch.
package final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package func cancel() { flag.store(true, ordering: .releasing) }
  package var isCancelled: Bool { flag.load(ordering: .acquiring) }

  package func check() throws(SQLError) {
    if isCancelled { throw .cancelled }
  }
}

extension SQLError {
  /// The query was stopped from outside; callers that stopped it treat it as a normal end.
  package static let cancelled = SQLError(.internal, "OPERATION_CANCELED", "the query was stopped")
  package var isCancellation: Bool { errorClass == "OPERATION_CANCELED" }
}
