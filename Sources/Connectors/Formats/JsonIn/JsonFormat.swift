internal import Columnar
internal import Diagnostics

/// JSON in: one object a line, or whole files with `multiLine`.
struct JsonFormat: ReadFormat {
  private static let allowNonNumericNumbers = OptionDefinition(
    "allowNonNumericNumbers", .boolean, default: "true", "NaN, Infinity and -Infinity are numbers")

  private static let primitivesAsString = OptionDefinition(
    "primitivesAsString", .boolean, default: "false", "inferred columns of numbers and truth values are STRING")

  let name = "json"
  let options = FormatOptions.common + [allowNonNumericNumbers, primitivesAsString]

  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema {
    if let schema = request.schema {
      _ = try request.corruptColumn(in: schema)
      return schema
    }
    guard let sample else {
      throw SQLError(
        .bind, "UNABLE_TO_INFER_SCHEMA", "JSON needs its columns declared here", span: request.span,
        hint: "CREATE STREAM s (a STRING, …) USING …")
    }
    return try JsonInference(
      allowsNonNumeric: request.options.boolean(Self.allowNonNumericNumbers),
      primitivesAsString: request.options.boolean(Self.primitivesAsString)
    ).schema(sample, isWhole: request.options.boolean(FormatOptions.multiLine), span: request.span)
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let corrupt = try request.corruptColumn(in: schema)
    let policy = try request.malformedPolicy(malformed)
    let states = JsonStates(
      JsonPlan(
        fields: columns.map { schema[$0] }, corruptSlot: columns.firstIndex { $0 == corrupt },
        reading: try request.valueReading(),
        allowsNonNumericNumbers: try request.options.boolean(Self.allowNonNumericNumbers)))
    let isWhole = try request.options.boolean(FormatOptions.multiLine)
    return FormatReading(
      decoder: { place in
        JsonDecoder(states: states, policy: policy, place: place, isWholeInput: isWhole)
      }, framing: isWhole ? .whole : .lines)
  }
}
