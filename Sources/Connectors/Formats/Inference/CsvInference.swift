internal import Columnar
internal import Diagnostics

/// The columns of separated values, from a sample: the beginning of the first file that is not empty.
///
/// Types are those of Spark's `inferSchema`: BIGINT, DECIMAL for longer whole numbers, DOUBLE, TIMESTAMP, DATE, BOOLEAN, else STRING. Unless the option says,
/// the first line is a header if none of its fields is a number, date or truth value, and either some column below has a type where it has
/// a name, or its fields are all there, all different, and none of them comes again in its column.
struct CsvInference {
  let dialect: CsvDialect
  let header: Bool?
  let infersTypes: Bool
  let reading: ValueReading
  /// Dates are DATE, not TIMESTAMP.
  var prefersDate = true
  var recordsMax = InputSample.recordsMax

  func schema(_ sample: InputSample, span: SourceSpan) throws(SQLError) -> Schema {
    var records = records(sample)
    guard let first = records.first else {
      throw .unableToInfer("'\(sample.path)' is empty", format: "csv", span: span)
    }
    guard first.count <= dialect.columnsMax else {
      throw SQLError(
        .source, "MALFORMED_CSV_RECORD", "'\(sample.path)' begins with a record of \(first.count) fields, maxColumns is \(dialect.columnsMax)",
        span: span, hint: "perhaps sep or quote are not those of the file; else raise maxColumns")
    }
    let hasHeader = header ?? isHeader(first, records.dropFirst())
    if hasHeader { records.removeFirst() }
    // Names that come more than once get their place, all of them, as in Spark.
    var counts: [String: Int] = [:]
    for text in first { counts[(text ?? "").lowercased(), default: 0] += 1 }
    let names = first.enumerated().map { place, text in
      guard hasHeader, let text, !text.isEmpty else { return "_c\(place)" }
      return counts[text.lowercased(), default: 0] > 1 ? "\(text)\(place)" : text
    }
    return Schema(
      names.enumerated().map { place, name in
        Field(name, infersTypes ? type(of: records.lazy.map { $0.indices.contains(place) ? $0[place] : nil }) : .string)
      })
  }

  private func isHeader(_ first: [String?], _ rest: ArraySlice<[String?]>) -> Bool {
    var seen = Set<String>()
    guard first.allSatisfy({ $0.map { kind($0) == .string } ?? true }) else { return false }
    for place in first.indices where first[place] != nil {
      if type(of: rest.lazy.map({ $0.indices.contains(place) ? $0[place] : nil })) != .string { return true }
    }
    guard first.allSatisfy({ $0.map { seen.insert($0.lowercased()).inserted } ?? false }) else { return false }
    if rest.isEmpty { return first.count > 1 }
    return first.indices.allSatisfy { place in
      !rest.contains { $0.indices.contains(place) && $0[place] == first[place] }
    }
  }

  /// The type that holds all values; STRING if there is none.
  private func type(of values: some Sequence<String?>) -> DataType {
    var found: DataType?
    for case .some(let value) in values {
      found = found.map { Self.wider($0, kind(value)) } ?? kind(value)
      if found == .string { return .string }
    }
    return found ?? .string
  }

  private func kind(_ text: String) -> DataType {
    var text = text
    return text.withUTF8 { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      guard let first = raw.first, !AsciiText.isTrimmed(first), !AsciiText.isTrimmed(raw[raw.count - 1]) else {
        return .string
      }
      if IntegerText.parse(raw) != nil { return .bigint }
      if let digits = Self.digits(raw) { return .decimal(precision: digits, scale: 0) }
      if AsciiText.equals(raw, "true") || AsciiText.equals(raw, "false") { return .boolean }
      let isNumeric = AsciiText.isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: ".") || first == UInt8(ascii: "+")
      let last = raw[raw.count - 1]
      if isNumeric, AsciiText.isDigit(last) || last == UInt8(ascii: "."), DoubleText.parse(raw) != nil { return .double }
      if raw.elementsEqual(dialect.nanValue) || raw.elementsEqual(dialect.positiveInf) || raw.elementsEqual(dialect.negativeInf) {
        return .double
      }
      guard isNumeric || reading.dateFormat != nil || reading.timestampFormat != nil else { return .string }
      let isDate = reading.dateFormat != nil || raw.count <= 10
      if isDate, raw.count >= 8, reading.date(raw) != nil { return prefersDate ? .date : .timestamp }
      if raw.count > 10 || reading.timestampFormat != nil, raw.count >= 12, reading.timestamp(raw) != nil { return .timestamp }
      return .string
    }
  }

  /// How many digits a whole number has, if no more than a DECIMAL can.
  private static func digits(_ text: UnsafeRawBufferPointer) -> Int? {
    let unsigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
    guard !unsigned.isEmpty, unsigned.allSatisfy(AsciiText.isDigit) else { return nil }
    let count = unsigned.drop { $0 == UInt8(ascii: "0") }.count
    return (1...DecimalShape.digitsMax).contains(count) ? count : nil
  }

  static func wider(_ a: DataType, _ b: DataType) -> DataType {
    if a == b { return a }
    switch (a, b) {
    case (.bigint, .double), (.double, .bigint), (.decimal, .double), (.double, .decimal): return .double
    case (.decimal(let x, _), .decimal(let y, _)): return .decimal(precision: max(x, y), scale: 0)
    // A BIGINT is a DECIMAL of 20 digits, as in Spark.
    case (.decimal(let x, _), .bigint), (.bigint, .decimal(let x, _)): return .decimal(precision: max(x, 20), scale: 0)
    case (.date, .timestamp), (.timestamp, .date): return .timestamp
    default: return .string
    }
  }

  /// Fields of the sample's records; nil for NULL.
  private func records(_ sample: InputSample) -> [[String?]] {
    var split = CsvFields(dialect)
    var records: [[String?]] = []
    guard let piece = sample.first else { return [] }
    let base = UnsafePointer(piece.buffer.base)
    var start = piece.start
    while start < piece.end, records.count < recordsMax {
      let end = CsvFields.recordEnd(base, from: start, limit: piece.end, dialect)
      var length = end - start
      if length > 0, base[end - 1] == UInt8(ascii: "\r"), dialect.dropsCarriageReturn { length -= 1 }
      if dialect.holdsRecord(UnsafeBufferPointer(start: base + start, count: length)), split.split(base + start, length) {
        records.append((0..<split.count).map { text(split[$0], split) })
      }
      start = end + 1
    }
    return records
  }

  private func text(_ field: CsvFields.Field, _ split: borrowing CsvFields) -> String? {
    var out = ByteWriter()
    split.unescape(field, into: &out)
    if !field.isQuoted, dialect.trimsLeading || dialect.trimsTrailing { return trimmed(out.string) }
    if out.count == 0 || out.bytes.elementsEqual(dialect.nullValue) { return nil }
    return out.string
  }
}

extension CsvInference {
  /// The text of a field without the blanks that do not count; nil for NULL.
  private func trimmed(_ text: String) -> String? {
    var rest = Substring(text)
    if dialect.trimsLeading { rest = rest.drop { $0 == " " || $0 == "\t" } }
    if dialect.trimsTrailing { while rest.last == " " || rest.last == "\t" { rest.removeLast() } }
    return rest.isEmpty || Array(rest.utf8) == dialect.nullValue ? nil : String(rest)
  }
}

extension SQLError {
  static func unableToInfer(_ reason: String, format: String, span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "UNABLE_TO_INFER_SCHEMA", "\(reason): its columns cannot be inferred", span: span,
      hint: "CREATE TABLE t (name STRING, …) USING \(format) OPTIONS (path '…')")
  }
}
