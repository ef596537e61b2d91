internal import Columnar

/// What the beginning of a file says of how its values are separated, where no option says it.
///
/// The usual separator stays unless it separates nothing: another one is taken only if the first record has one field by the usual one,
/// several by the other, and nearly all records have as many. Records that go over lines are told by quoted newlines in records of
/// the same number of fields, comments by lines in front that begin with `#` and have not the number of fields of the rest.
struct CsvSniffing {
  let dialect: CsvDialect
  let setsSeparator: Bool
  let setsComment: Bool

  private static let others: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"), UInt8(ascii: ",")]
  /// Enough to tell.
  private static let recordsMax = 200
  private static let bytesMax = 256 << 10
  private static let comment = UInt8(ascii: "#")

  struct Finding: Equatable {
    var separator: UInt8?
    var comment: UInt8?
    var isMultiLine = false
  }

  /// Looks at a piece that begins where the file does.
  func finding(in piece: Chunk) -> Finding {
    var finding = Finding()
    var dialect = dialect
    let usual = counts(piece, dialect)
    if setsSeparator, usual.rest.first?.fields == 1 {
      finding.separator = Self.others.first { separator in
        dialect.separator = [separator]
        return Self.agree(counts(piece, dialect).rest)
      }
    }
    dialect.separator = finding.separator.map { [$0] } ?? self.dialect.separator
    let found = finding.separator == nil ? usual : counts(piece, dialect)
    let width = found.rest.first?.fields
    if setsComment, !found.front.isEmpty, width != nil, found.front.allSatisfy({ $0.fields != width }) {
      finding.comment = Self.comment
    }
    finding.isMultiLine = found.rest.contains { $0.spansLines && $0.fields == width }
    return finding
  }

  /// A record of several fields, and nearly all others like it.
  private static func agree(_ records: [Record]) -> Bool {
    guard let width = records.first?.fields, width > 1 else { return false }
    return records.count { $0.fields == width } * 10 >= records.count * 9
  }

  private struct Record {
    var fields: Int
    var spansLines: Bool
  }

  /// Records that begin with `#`, up to the first that does not, and the rest.
  private func counts(_ piece: Chunk, _ dialect: CsvDialect) -> (front: [Record], rest: [Record]) {
    let base = UnsafePointer(piece.buffer.base)
    var split = CsvFields(dialect)
    var front: [Record] = []
    var rest: [Record] = []
    var start = piece.start
    let limit = min(piece.end, start + Self.bytesMax)
    while start < limit, rest.count < Self.recordsMax {
      let end = CsvFields.recordEnd(base, from: start, limit: limit, dialect)
      // Cut off here, a record says nothing.
      if end == limit, limit < piece.end { break }
      defer { start = end + 1 }
      let text = UnsafeBufferPointer(start: base + start, count: end - start)
      guard dialect.holdsRecord(text) else { continue }
      let length = text.last == UInt8(ascii: "\r") && dialect.dropsCarriageReturn ? text.count - 1 : text.count
      guard split.split(base + start, length) else { continue }
      let record = Record(fields: split.count, spansLines: text.contains(dialect.newline))
      if rest.isEmpty, setsComment, text.first == Self.comment { front.append(record) } else { rest.append(record) }
    }
    withExtendedLifetime(piece.buffer) {}
    return rest.isEmpty ? ([], front) : (front, rest)
  }
}
