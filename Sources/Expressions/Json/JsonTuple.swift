internal import Columnar
internal import Diagnostics

extension Generators {
  /// `json_tuple`: some fields of a JSON object, side by side.
  static let jsonTuple: [GeneratorFunction] = [
    GeneratorFunction(
      FunctionDoc(
        "json_tuple", .generator, "json_tuple(json, field, …)",
        "Makes one row of the texts of the fields of a JSON object, NULL for those that are not there.",
        [FunctionExample("SELECT json_tuple('{\"a\":1, \"b\":2}', 'a', 'b')", "1\t2")])
    ) { (call) throws(SQLError) in
      try call.expect(atLeast: 2)
      for (i, type) in call.types.enumerated() where type != .string {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.NON_STRING_TYPE", "json_tuple takes strings, found \"\(type.sqlName)\"",
          span: call.arguments[i].span.isNone ? call.span : call.arguments[i].span)
      }
      let fields = call.arguments.indices.dropLast().map { Field("c\($0)", .string) }
      return BoundGenerator(call.name, call.types.map { _ in .string }, fields: fields) { (context, operands) throws(SQLError) in
        let rows = context.rows
        let columns = operands.map { $0.flattened(rows: rows) }
        let texts: [BytesView] = try Operand(columns[0]).values()
        let nulls = columns[0].nullTest
        var results: [Column] = []
        for column in columns.dropFirst() {
          let names: [BytesView] = try Operand(column).values()
          let nameNulls = column.nullTest
          results.append(
            JsonFunctions.optionalTexts(context) { row, out in
              if nulls.isNull(Int32(truncatingIfNeeded: row)) || nameNulls.isNull(Int32(truncatingIfNeeded: row)) { return false }
              let path = JsonPath(field: names[row].withBytes { Array($0) })
              return texts[row].withRaw { bytes in
                var reader = JsonPathReader(bytes)
                return reader.match(path, into: &out)
              }
            })
        }
        return GeneratedRows(columns: results, count: rows, offsets: (0...Int32(truncatingIfNeeded: rows)).map { $0 })
      }
    }
  ]
}
