package import Columnar
internal import Diagnostics

extension BoundExpression {
  /// A text that a VARCHAR(`charactersMax`) takes: blanks at its end may go to make it fit, anything else is an error.
  package func limited(to charactersMax: Int) -> BoundExpression {
    let function = BoundFunction("varchar", [.string], returns: .string, isNullable: isNullable, canFail: true) {
      (context, operands) throws(SQLError) in
      let rows = context.rows
      let views = try operands[0].texts(rows)
      var builder = TextBuilder(rows: rows)
      for row in 0..<rows {
        guard context.isValid(row) else {
          builder.appendEmpty()
          continue
        }
        let fits = views[row].withRaw { text -> Bool in
          let end = Utf8.offset(text, skipping: charactersMax)
          builder.append(UnsafeRawBufferPointer(rebasing: text[..<end]))
          return text[end...].allSatisfy { $0 == UInt8(ascii: " ") }
        }
        if !fits {
          throw SQLError(
            .data, "EXCEED_LIMIT_LENGTH", "a text is longer than the \(charactersMax) characters of its column", span: context.span,
            hint: "substr(…, 1, \(charactersMax)) cuts it")
        }
      }
      return builder.finish()
    }
    return BoundExpression(.call(ScalarCall(function, [self])), type: .string, isNullable: isNullable, span: span)
  }
}
