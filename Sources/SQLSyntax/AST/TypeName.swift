import Diagnostics

extension AST {
  /// A data type as written.
  package struct TypeName: Equatable, Sendable {
    package var kind: TypeNameKind
    @NotCompared package var span: SourceSpan

    package init(_ kind: TypeNameKind, span: SourceSpan = .none) {
      self.kind = kind
      self.span = span
    }
  }

  package indirect enum TypeNameKind: Equatable, Sendable {
    /// `INT`, `DECIMAL(10, 2)`, `TIMESTAMP(3)`. Names of several words arrive as one, in upper case:
    /// `TIMESTAMP WITHOUT TIME ZONE` is TIMESTAMP_NTZ, `… WITH LOCAL TIME ZONE` is TIMESTAMP_LTZ,
    /// `DOUBLE PRECISION` is DOUBLE, `CHARACTER VARYING` is VARCHAR.
    case named(Identifier, parameters: [Int])
    case array(TypeName)
    case map(key: TypeName, value: TypeName)
    /// `STRUCT<a: INT, b STRING>`, `ROW<a INT>`, `ROW(a INT)`
    case structure([TypeField])
    /// `INTERVAL DAY TO SECOND`, `INTERVAL YEAR`, or plain `INTERVAL`.
    case interval(from: IntervalUnit?, to: IntervalUnit?)
  }

  package struct TypeField: Equatable, Sendable {
    package var name: Identifier
    package var type: TypeName
    package var isNotNull: Bool
    package var comment: StringLiteral?
  }
}
