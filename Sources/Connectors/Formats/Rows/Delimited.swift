internal import Columnar

extension RowFormat {
  static let csv = RowFormat(
    "csv", "Comma-separated values with a header, quoted as RFC 4180 says; NULL is empty."
  ) {
    DelimitedEncoder($0, style: .csv)
  }

  static let tsv = RowFormat(
    "tsv", "Tab-separated values with a header; tab, newline and backslash are escaped."
  ) {
    DelimitedEncoder($0, style: .tsv)
  }
}

/// Writes csv and tsv: a row a line, at once.
///
/// A csv field is quoted if it holds the separator, a quote, CR or LF, or begins or ends with a space; the empty string
/// is `""`, so that it differs from NULL. In tsv a backslash escapes (`\t \n \r \\`), as psql's COPY does.
final class DelimitedEncoder: RowEncoder {
  enum Style { case csv, tsv }

  private let request: RowFormatRequest
  private let style: Style
  private let separator: [UInt8]
  private let nullText: [UInt8]
  private let cells: [CellColumn]
  /// Columns whose text may need quotes or escapes: all but numbers, truth values and the like.
  private let isFree: [Bool]
  private let isSpecial: ByteSet
  private let quoting: CsvQuoting
  private let lineEnd: [UInt8]
  private var hasHeader: Bool

  init(_ request: RowFormatRequest, style: Style) {
    self.request = request
    self.style = style
    separator = Array((request.separator ?? (style == .csv ? "," : "\t")).utf8)
    nullText = Array((request.nullText ?? "").utf8)
    quoting = request.quoting
    lineEnd = Array(request.lineEnd.utf8)
    cells = request.schema.types.map { CellColumn($0, zone: request.zone, times: request.times) }
    let specials: [UInt8] =
      style == .csv ? [request.quoting.quotesQuotes ? request.quoting.quote : nil, 10, 13, lineEnd.first].compactMap { $0 } : [UInt8(ascii: "\\"), 9, 10, 13]
    isSpecial = ByteSet(specials + separator)
    let separatorIsOdd =
      !(separator == [UInt8(ascii: ",")] || separator == [9]) || request.quoting.quotesAll || request.quoting.comment != nil || request.lineEnd != "\n"
    isFree = request.schema.types.map { type in
      switch type {
      case .boolean, .tinyint, .smallint, .int, .bigint, .float, .double, .decimal, .date: separatorIsOdd
      default: true
      }
    }
    hasHeader = !request.hasHeader
  }

  func write(_ rows: ResultRows, into out: inout ByteWriter) {
    header(into: &out)
    let batch = rows.keepingRows(isChangelog: request.isChangelog).batch
    for (cell, column) in zip(cells, batch.columns) { cell.fill(column) }
    for row in 0..<batch.count {
      for index in cells.indices {
        if index > 0 { appendSeparator(to: &out) }
        let cell = cells[index]
        if cell.isNull(row) {
          appendNull(to: &out)
          continue
        }
        let start = cell.start(row)
        let text = UnsafeRawBufferPointer(rebasing: cell.bytes.bytes[start..<cell.ends[row]])
        if isFree[index] { append(text, isFirst: index == 0, to: &out) } else { out.append(text) }
      }
      lineEnd.withUnsafeBytes { out.append($0) }
    }
  }

  func finish(into out: inout ByteWriter) { if request.isOneResult { header(into: &out) } }

  private func header(into out: inout ByteWriter) {
    if hasHeader { return }
    hasHeader = true
    for (index, name) in request.schema.names.enumerated() {
      if index > 0 { appendSeparator(to: &out) }
      Array(name.utf8).withUnsafeBytes { append($0, isFirst: index == 0, to: &out) }
    }
    lineEnd.withUnsafeBytes { out.append($0) }
  }

  private func appendNull(to out: inout ByteWriter) {
    if quoting.quotesAll, style == .csv {
      nullText.withUnsafeBytes { appendQuoted($0, to: &out) }
    } else if quoting.marksNullRows, nullText.isEmpty, cells.count == 1 {
      appendQuoted(UnsafeRawBufferPointer(start: nil, count: 0), to: &out)
    } else {
      nullText.withUnsafeBytes { out.append($0) }
    }
  }

  @inline(__always)
  private func appendSeparator(to out: inout ByteWriter) {
    if separator.count == 1 { out.append(separator[0]) } else { separator.withUnsafeBytes { out.append($0) } }
  }

  private func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var (start, end) = (0, text.count)
    if quoting.trimsLeading { while start < end, text[start] <= 0x20 { start += 1 } }
    if quoting.trimsTrailing { while end > start, text[end - 1] <= 0x20 { end -= 1 } }
    return UnsafeRawBufferPointer(rebasing: text[start..<end])
  }

  private func append(_ whole: UnsafeRawBufferPointer, isFirst: Bool, to out: inout ByteWriter) {
    let text = quoting.trimsLeading || quoting.trimsTrailing ? trimmed(whole) : whole
    switch style {
    case .csv:
      let space = UInt8(ascii: " ")
      if text.isEmpty, let emptyText = quoting.emptyText {
        emptyText.withUnsafeBytes { if quoting.quotesAll { appendQuoted($0, to: &out) } else { out.append($0) } }
      } else if quoting.quotesAll || text.isEmpty || text[0] == space || text[text.count - 1] == space
        || (isFirst && text[0] == quoting.comment) || isSpecial.firstIndex(in: text) != nil
      {
        appendQuoted(text, to: &out)
      } else {
        out.append(text)
      }
    case .tsv:
      if isSpecial.firstIndex(in: text) == nil { out.append(text) } else { appendEscaped(text, to: &out) }
    }
  }

  @inline(never)
  private func appendQuoted(_ text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    guard let quote = quoting.quote else { return out.append(text) }
    out.reserve(text.count * 2 + 2)
    out.append(quote)
    for byte in text {
      if byte == quote {
        if let escape = quoting.escape { out.append(escape) }
      } else if byte == quoting.readEscape {
        out.append(quoting.escapeEscape ?? byte)
      }
      out.append(byte)
    }
    out.append(quote)
  }

  @inline(never)
  private func appendEscaped(_ text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    out.reserve(text.count * 2)
    for byte in text {
      switch byte {
      case 9: out.append("\\t")
      case 10: out.append("\\n")
      case 13: out.append("\\r")
      case UInt8(ascii: "\\"): out.append("\\\\")
      case _ where isSpecial.contains(byte):
        // Part of another separator.
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      default: out.append(byte)
      }
    }
  }
}

/// A set of bytes, as 256 bits.
struct ByteSet: Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      let bit: UInt64 = 1 << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: words.0 |= bit
      case 1: words.1 |= bit
      case 2: words.2 |= bit
      default: words.3 |= bit
      }
    }
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word &>> UInt64(byte & 63) & 1 == 1
  }

  func firstIndex(in text: UnsafeRawBufferPointer) -> Int? {
    for index in 0..<text.count where contains(text[index]) { return index }
    return nil
  }
}
