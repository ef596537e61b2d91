internal import Columnar
internal import Diagnostics

/// The two functions of time that sessions are made of, where rows are told apart one by one and not grouped at once.
package enum SessionTimes {
  /// When the session that the row alone would make is over: the time plus the gap, at most the end of the calendar. NULL
  /// where either is NULL, or the gap is not longer than zero: such a row is in no session.
  package static func end(of time: BoundExpression, gap: BoundExpression) -> BoundExpression {
    call("session_end", time, gap, of: time.type) { time, gap in
      guard let time, let gap, gap > 0 else { return nil }
      return time.addingSaturated(gap)
    }
  }

  /// The row's time if it opens a session: no row before it reaches it. NULL otherwise.
  ///
  /// - Parameter reached: the latest end among the rows before this one; NULL if there are none.
  package static func opening(_ time: BoundExpression, reached: BoundExpression) -> BoundExpression {
    call("session_opening", time, reached, of: time.type) { time, reached in
      guard let time else { return nil }
      if let reached, reached >= time { return nil }
      return time
    }
  }

  private static func call(
    _ name: String, _ a: BoundExpression, _ b: BoundExpression, of type: DataType,
    _ body: @escaping @Sendable (Int64?, Int64?) -> Int64?
  ) -> BoundExpression {
    let function = BoundFunction(name, [a.type, b.type], returns: type, nulls: .handled) { (context, operands) in
      guard case .int64(let left) = operands[0].flattened(rows: context.rows),
        case .int64(let right) = operands[1].flattened(rows: context.rows)
      else { return ColumnBuilder.nulls(type, count: context.rows) }
      var values = [Int64](repeating: 0, count: context.rows)
      var validity = Validity(repeating: false, count: context.rows)
      for row in 0..<context.rows {
        let x = left.validity.map { $0[row] } ?? true ? left.values[row] : nil
        let y = right.validity.map { $0[row] } ?? true ? right.values[row] : nil
        guard let value = body(x, y) else { continue }
        values[row] = value
        validity.set(row, true)
      }
      return .int64(PrimitiveColumn(values, validity: validity))
    }
    return BoundExpression(.call(ScalarCall(function, [a, b])), type: type, isNullable: true, span: a.span)
  }
}
