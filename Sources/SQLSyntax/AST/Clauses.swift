import Diagnostics

extension AST {
  /// `key = 'value'` or `key 'value'` inside OPTIONS, WITH or TBLPROPERTIES.
  package struct Option: Equatable, Sendable {
    /// A dotted name or a string; case does not matter to whoever reads it.
    package var key: Identifier
    /// A literal; a bare word counts as a string.
    package var value: Literal
    @NotCompared package var valueSpan: SourceSpan

    /// The value as text, the way connectors read their options; nil for NULL.
    package var text: String? {
      switch value {
      case .null: nil
      case .boolean(let value): value ? "true" : "false"
      case .number(let number): number.text
      case .string(let string): string.text
      case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
      case .typed(_, let string): string.text
      case .interval(let interval): interval.plainText
      }
    }
  }

  package enum OutputMode: Equatable, Hashable, Sendable, CaseIterable {
    /// Also `EMIT FINAL`, `EMIT ON WINDOW CLOSE`.
    case append
    /// Also `EMIT UPDATES`.
    case update
    /// Also `EMIT SNAPSHOT`.
    case complete
    /// Also `EMIT CHANGES`.
    case changelog
  }

  package enum Trigger: Equatable, Sendable {
    case every(Duration)
    case once
    case availableNow
    case continuous(Duration)
    case realtime
  }

  /// `CHECKPOINT 'dir' [EVERY interval]`
  package struct Checkpoint: Equatable, Sendable {
    package var directory: StringLiteral
    package var every: Duration?
  }

  /// The clauses that belong to a statement that runs a query; written once each, in any order.
  package struct StreamClauses: Equatable, Sendable {
    package var outputMode: OutputMode?
    package var trigger: Trigger?
    package var checkpoint: Checkpoint?
    @NotCompared package var outputModeSpan: SourceSpan = .none
    @NotCompared package var triggerSpan: SourceSpan = .none
    @NotCompared package var checkpointSpan: SourceSpan = .none

    package init() {}

    package var isEmpty: Bool { outputMode == nil && trigger == nil && checkpoint == nil }
  }
}
