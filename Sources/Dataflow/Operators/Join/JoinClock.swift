import Columnar
import Expressions

/// When the rows of a join are over, by side.
package struct JoinClock: Sendable {
  package struct Side: Sendable {
    /// Over the side's columns.
    package var time: BoundExpression
    /// How to read it: its only column is the time.
    package var key: TimeKey
    /// Added to the time it gives the watermark from which on the row is not kept.
    package var holdMicros: Int64
    /// Added to the time it gives the watermark from which on a row that comes is late; nil: it never is.
    package var lateMicros: Int64?
    /// Rows that fail it match nothing: they are over at once.
    package var condition: BoundExpression?

    package init(
      time: BoundExpression, key: TimeKey, holdMicros: Int64, lateMicros: Int64?, condition: BoundExpression?
    ) {
      self.time = time
      self.key = key
      self.holdMicros = holdMicros
      self.lateMicros = lateMicros
      self.condition = condition
    }
  }

  /// nil: rows of this side are never over.
  package var left: Side?
  package var right: Side?
  /// Rows without a match are shown when they are over, not before.
  package var isFinalOnly: Bool

  package init(left: Side?, right: Side?, isFinalOnly: Bool) {
    self.left = left
    self.right = right
    self.isFinalOnly = isFinalOnly
  }

  /// Late rows of either side, beside NULLs for the other. A name that both sides have is the left side's.
  static func lateSchema(_ left: Schema, _ right: Schema) -> Schema {
    let names = Set(left.names)
    let renamed = right.fields.map { field in
      names.contains(field.name) ? Field("right_\(field.name)", field.type) : field.asNullable
    }
    return Schema(left.fields.map(\.asNullable) + renamed)
  }
}

extension Field {
  fileprivate var asNullable: Field { Field(name, type) }
}
