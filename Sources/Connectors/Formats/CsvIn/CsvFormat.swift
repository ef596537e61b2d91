internal import Columnar
internal import Diagnostics

/// Separated values in.
struct CsvFormat: ReadFormat {
  let name: String
  let options: [OptionDefinition]

  /// Values separated by commas, unless `sep` says otherwise.
  static let commas = CsvFormat(name: "csv", options: CsvOptions.all + FormatOptions.common)
  /// Values separated by tabs.
  static let tabs = CsvFormat(name: "tsv", options: commas.options)

  private func dialect(_ request: SourceRequest) throws(SQLError) -> CsvDialect {
    try request.csvDialect(separator: name == "tsv" ? "\t" : ",")
  }

  func findings(_ request: SourceRequest, _ sample: InputSample) throws(SQLError) -> [GivenOption] {
    guard let piece = sample.first else { return [] }
    let given = { (option: OptionDefinition) in request.options[option.name] != nil }
    let dialect = try dialect(request)
    let setsSeparator = !given(CsvOptions.sep) && !given(CsvOptions.delimiter)
    let finding = CsvSniffing(
      dialect: dialect, setsSeparator: setsSeparator, setsComment: !given(CsvOptions.comment)
    ).finding(in: piece)
    var found: [GivenOption] = []
    if let separator = finding.separator { found.append(GivenOption(CsvOptions.sep.name, String(UnicodeScalar(separator)))) }
    if let comment = finding.comment { found.append(GivenOption(CsvOptions.comment.name, String(UnicodeScalar(comment)))) }
    if finding.isMultiLine, !given(FormatOptions.multiLine) { found.append(GivenOption(FormatOptions.multiLine.name, "true")) }
    return found
  }

  func schema(_ request: SourceRequest, sample: InputSample?) throws(SQLError) -> Schema {
    let dialect = try dialect(request)
    if let schema = request.schema {
      if let field = schema.fields.first(where: { $0.type.isNested }) {
        throw SQLError(
          .bind, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
          "column \"\(field.name)\": separated values hold no \(field.type.sqlName)", span: request.span,
          hint: "declare it as STRING and take it apart with from_json, split …")
      }
      _ = try request.corruptColumn(in: schema)
      return schema
    }
    guard let sample else {
      throw SQLError(
        .bind, "UNABLE_TO_INFER_SCHEMA", "separated values need their columns declared here", span: request.span,
        hint: "CREATE STREAM s (a STRING, …) USING …")
    }
    let says = request.options[CsvOptions.header.name] != nil
    let header = try request.options.boolean(CsvOptions.header)
    return try CsvInference(
      dialect: dialect, header: says ? header : nil,
      infersTypes: request.options.boolean(CsvOptions.inferSchema), reading: request.valueReading(),
      prefersDate: request.options.boolean(CsvOptions.preferDate), recordsMax: request.inferenceRecordsMax()
    ).schema(sample, span: request.span)
  }

  func reading(
    _ request: SourceRequest, _ schema: Schema, columns: [Int], malformed: MalformedRecords
  ) throws(SQLError) -> FormatReading {
    let corrupt = try request.corruptColumn(in: schema)
    // The column for malformed records is not in the file.
    let stored = schema.fields.indices.filter { $0 != corrupt }
    let isMultiLine = try request.options.boolean(FormatOptions.multiLine)
    let dialect = try dialect(request)
    if isMultiLine, dialect.ends.longBytes != nil {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "with multiLine records of separated values end with one character",
        span: request.options.span(of: LineOptions.lineSep.name) ?? request.span, hint: "leave out lineSep or multiLine")
    }
    let given = request.options[CsvOptions.header.name] != nil
    let hasHeader = try request.options.boolean(CsvOptions.header)
    let names = stored.map { schema[$0].name }
    let enforces = try request.options.boolean(CsvOptions.enforceSchema)
    let plan = CsvPlan(
      dialect: dialect, width: stored.count,
      sources: columns.map { stored.firstIndex(of: $0) }, fields: columns.map { schema[$0] },
      reading: try request.valueReading(), skipsFirstLine: hasHeader,
      // Unless said otherwise, a first line that holds just the columns' names is a header.
      headerNames: given ? nil : names,
      requiredNames: enforces ? nil : names,
      isMultiLine: isMultiLine)
    let policy = try request.malformedPolicy(malformed)
    return FormatReading(
      decoder: { place in CsvDecoder(plan: plan, policy: policy, place: place) }, policy: policy,
      framing: isMultiLine ? .records(plan.dialect) : .lines, ends: plan.dialect.ends, holdsRecord: { plan.dialect.holdsRecord($0) })
  }
}
