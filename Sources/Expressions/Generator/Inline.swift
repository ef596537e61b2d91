internal import Columnar
internal import Diagnostics

extension Generators {
  /// `inline`, `inline_outer`: a row for each struct of an array, a column for each of its fields.
  static let inline: [GeneratorFunction] = [
    inlineFunction(
      "inline", isOuter: false, "Makes a row of each struct of an array, a column of each field.",
      FunctionExample("SELECT inline(array(struct(1, 'a'), struct(2, 'b')))", "1\ta\n2\tb")),
    inlineFunction(
      "inline_outer", isOuter: true, "As inline, but an empty or NULL array gives a row of NULLs.",
      FunctionExample("SELECT inline_outer(CAST(NULL AS ARRAY<STRUCT<a: INT, b: STRING>>))", "NULL\tNULL")),
  ]

  private static func inlineFunction(
    _ name: String, isOuter: Bool, _ summary: String, _ example: FunctionExample
  ) -> GeneratorFunction {
    GeneratorFunction(FunctionDoc(name, .generator, "\(name)(structs)", summary, [example])) {
      (call) throws(SQLError) in
      try call.expect(1)
      guard case .array(.structure(let fields)) = call.types[0] else {
        throw .unexpectedInput(call, 0, wanted: "\"ARRAY<STRUCT>\"")
      }
      let type = call.types[0]
      let span = call.span
      let outputs = fields.map { Field($0.name, $0.type) }
      return BoundGenerator(call.name, [type], fields: outputs) { (context, operands) throws(SQLError) in
        var elements = try ElementRows(operands[0], type, rows: context.rows, span: span)
        if isOuter { _ = elements.padEmptyRows() }
        guard case .structure(let c) = elements.children[0] else {
          let nulls = fields.map { ColumnBuilder.nulls($0.type, count: elements.count) }
          return GeneratedRows(columns: nulls, count: elements.count, offsets: elements.offsets)
        }
        // A NULL struct is a row of NULLs.
        let columns = c.fields.map { field in
          c.validity == nil ? field : field.with(validity: Validity.intersection(c.validity, field.validity))
        }
        return GeneratedRows(columns: columns, count: elements.count, offsets: elements.offsets)
      }
    }
  }
}
