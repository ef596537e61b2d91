internal import Columnar
internal import Diagnostics

/// JSON in: one object a line, or whole files with `multiLine`.
struct JsonFormat: ReadFormat {
  private static let allowNonNumericNumbers = OptionDefinition(
    "allowNonNumericNumbers", .boolean, default: "true", "NaN, Infinity and -Infinity are numbers")

  private static let primitivesAsString = OptionDefinition(
    "primitivesAsString", .boolean, default: "false", "inferred columns of numbers and truth values are STRING")

  private static let prefersDecimal = OptionDefinition(
    "prefersDecimal", .boolean, default: "false", "inferred columns of numbers with a fraction are DECIMAL where they fit")
  private static let inferTimestamp = OptionDefinition(
    "inferTimestamp", .boolean, default: "false", "inferred columns of strings that are times are TIMESTAMP")
  private static let dropFieldIfAllNull = OptionDefinition(
    "dropFieldIfAllNull", .boolean, default: "false", "inferred columns without any value are left out")

  let name = "json"
  var readsDocuments: Bool { true }
  let options =
    FormatOptions.common + [allowNonNumericNumbers] + JsonLeniency.options + [
      primitivesAsString, prefersDecimal, inferTimestamp, dropFieldIfAllNull, FormatOptions.samplingRatio,
    ]

  func findings(_ request: SourceRequest, _ sample: InputSample) throws(SQLError) -> [GivenOption] {
    guard request.options[FormatOptions.multiLine.name] == nil, request.options[LineOptions.lineSep.name] == nil,
      JsonSniffing.isMultiLine(sample.pieces)
    else { return [] }
    return [GivenOption(FormatOptions.multiLine.name, "true")]
  }

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
    var schema = try JsonInference(
      allowsNonNumeric: request.options.boolean(Self.allowNonNumericNumbers),
      leniency: JsonLeniency(request.options), newline: LineOptions.recordEnd(request.options).lineByte,
      primitivesAsString: request.options.boolean(Self.primitivesAsString),
      prefersDecimal: request.options.boolean(Self.prefersDecimal),
      times: request.options.boolean(Self.inferTimestamp) ? request.valueReading() : nil,
      dropsNullFields: request.options.boolean(Self.dropFieldIfAllNull), recordsMax: request.inferenceRecordsMax()
    ).schema(sample, isWhole: request.options.boolean(FormatOptions.multiLine), span: request.span)
    // Whoever names the column for malformed records wants to see it.
    if let name = request.options[FormatOptions.columnNameOfCorruptRecord.name], schema.ordinals(named: name).isEmpty {
      schema.fields.append(Field(name, .string))
    }
    return schema
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let corrupt = try request.corruptColumn(in: schema)
    let policy = try request.malformedPolicy(malformed)
    let ends = try LineOptions.recordEnd(request.options)
    let plan = JsonPlan(
      fields: columns.map { schema[$0] }, corruptSlot: columns.firstIndex { $0 == corrupt },
      reading: try request.valueReading(),
      allowsNonNumericNumbers: try request.options.boolean(Self.allowNonNumericNumbers),
      leniency: try JsonLeniency(request.options), newline: ends.lineByte)
    let isWhole = try request.options.boolean(FormatOptions.multiLine)
    if let separator = ends.longBytes, !isWhole {
      return FormatReading(
        decoder: { place in
          SeparatedJsonDecoder(
            separator: separator, inner: JsonDecoder(plan: plan, policy: policy, place: place, isWholeInput: false))
        }, policy: policy, ends: ends)
    }
    return FormatReading(
      decoder: { place in
        JsonDecoder(plan: plan, policy: policy, place: place, isWholeInput: isWhole)
      }, policy: policy, framing: isWhole ? .whole : .lines, ends: ends)
  }
}
