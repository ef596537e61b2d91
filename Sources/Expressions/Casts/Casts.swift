package import Columnar
package import Diagnostics

/// Conversions between types, by Spark's rules.
package enum Casts {
  /// Whether an ANSI cast from one type to another can fail for some value.
  package static func canFail(from source: DataType, to target: DataType) -> Bool {
    source != target
  }

  /// Whether `CAST(source AS target)` is allowed at all in ANSI mode.
  package static func isAllowed(from source: DataType, to target: DataType) -> Bool { source == target }

  /// Converts a column. Null rows stay null; what does not fit follows `mode`.
  package static func cast(
    _ operand: Operand, from source: DataType, to target: DataType, mode: CastMode, context: inout KernelContext
  ) throws(SQLError) -> Column {
    operand.flattened(rows: context.rows)
  }
}
