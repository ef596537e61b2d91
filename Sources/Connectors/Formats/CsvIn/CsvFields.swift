internal import CKernels
internal import Columnar

/// The fields of one record, by place; quoted ones with an escape are unescaped.
struct CsvFields: ~Copyable {
  struct Field {
    var start: UnsafePointer<UInt8>
    var count: Int
    var isQuoted: Bool
    /// Quotes or escapes inside stand for themselves only after unescaping.
    var hasEscape: Bool
  }

  let dialect: CsvDialect
  private(set) var fields: UnsafeMutablePointer<Field>
  private(set) var count = 0
  private var room = 64
  private let separator: UInt8
  private let separatorCount: Int

  init(_ dialect: CsvDialect) {
    self.dialect = dialect
    separator = dialect.separator[0]
    separatorCount = dialect.separator.count
    fields = .allocate(capacity: 64)
  }

  deinit { fields.deallocate() }

  subscript(_ index: Int) -> Field { fields[index] }

  @inline(__always)
  private mutating func add(
    _ start: UnsafePointer<UInt8>, _ count: Int, isQuoted: Bool = false, hasEscape: Bool = false
  ) {
    if _slowPath(self.count == room) {
      let more = UnsafeMutablePointer<Field>.allocate(capacity: room * 2)
      more.update(from: fields, count: self.count)
      fields.deallocate()
      fields = more
      room *= 2
    }
    fields[self.count] = Field(start: start, count: count, isQuoted: isQuoted, hasEscape: hasEscape)
    self.count &+= 1
  }

  /// Splits the record of `length` bytes without newline; false if a quote does not end. 63 bytes behind it are readable.
  mutating func split(_ line: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    count = 0
    let hasQuote = dialect.quote.map { sq_has_byte(line, length, $0) != 0 } ?? false
    if hasQuote || separatorCount > 1 { return splitSlowly(line, length) }
    var start = 0
    var block = 0
    while block < length {
      var mask = sq_mask64(line + block, separator)
      if length &- block < 64 { mask &= (1 &<< UInt64(length &- block)) &- 1 }
      while mask != 0 {
        let at = block &+ mask.trailingZeroBitCount
        mask &= mask &- 1
        add(line + start, at &- start)
        start = at &+ 1
      }
      block &+= 64
    }
    add(line + start, length &- start)
    return true
  }

  private mutating func splitSlowly(_ line: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    var at = 0
    while true {
      var start = at
      if dialect.trimsLeading { while start < length, line[start] == 0x20 || line[start] == 9 { start &+= 1 } }
      if let quote = dialect.quote, start < length, line[start] == quote {
        guard let end = quoted(line, start, length, quote) else { return false }
        at = end
      } else {
        at = nextSeparator(line, start, length)
        add(line + start, at &- start)
      }
      if at >= length { return true }
      at &+= separatorCount
    }
  }

  /// A quoted field; gives the place of the separator behind it.
  private mutating func quoted(
    _ line: UnsafePointer<UInt8>, _ start: Int, _ length: Int, _ quote: UInt8
  ) -> Int? {
    var at = start &+ 1
    var hasEscape = false
    while at < length {
      if at &+ 1 < length, dialect.isEscape(line[at], before: line[at &+ 1]) {
        hasEscape = true
        at &+= 2
      } else if line[at] == quote {
        if at &+ 1 < length, line[at &+ 1] == quote {
          hasEscape = true
          at &+= 2
          continue
        }
        var end = at &+ 1
        while end < length, line[end] == 0x20 || line[end] == 9, !isSeparator(line, end, length) { end &+= 1 }
        if end >= length || isSeparator(line, end, length) {
          add(line + start + 1, at &- start &- 1, isQuoted: true, hasEscape: hasEscape)
          return end
        }
        // A quote that ends nothing: the field is what stands before the next separator, quotes and all, as in Spark.
        end = nextSeparator(line, at, length)
        add(line + start, end &- start)
        return end
      } else {
        at &+= 1
      }
    }
    return nil
  }

  private func isSeparator(_ line: UnsafePointer<UInt8>, _ at: Int, _ length: Int) -> Bool {
    guard line[at] == separator, at &+ separatorCount <= length else { return false }
    for i in 1..<max(1, separatorCount) where line[at &+ i] != dialect.separator[i] { return false }
    return true
  }

  private func nextSeparator(_ line: UnsafePointer<UInt8>, _ start: Int, _ length: Int) -> Int {
    var at = start
    while at < length, !isSeparator(line, at, length) { at &+= 1 }
    return at
  }

  /// Appends a quoted field's text without its escapes.
  func unescape(_ field: Field, into out: inout ByteWriter) {
    var at = 0
    while at < field.count {
      let byte = field.start[at]
      let isEscape =
        at &+ 1 < field.count
        && (byte == dialect.quote && field.start[at &+ 1] == byte || dialect.isEscape(byte, before: field.start[at &+ 1]))
      if isEscape { at &+= 1 }
      out.append(field.start[at])
      at &+= 1
    }
  }

  /// The end of the record at `start` where quoted fields may hold newlines: the place of its newline, or `limit`.
  static func recordEnd(
    _ base: UnsafePointer<UInt8>, from start: Int, limit: Int, _ dialect: CsvDialect
  ) -> Int {
    let newline = dialect.newline
    let separator = dialect.separator[0]
    var at = start
    func isBlank(_ byte: UInt8) -> Bool { (byte == 0x20 || byte == 9) && byte != separator }
    func isEnd(_ at: Int) -> Bool {
      at >= limit || base[at] == newline || base[at] == separator
        || (dialect.dropsCarriageReturn && base[at] == UInt8(ascii: "\r") && at &+ 1 < limit && base[at &+ 1] == newline)
    }
    if start < limit, base[start] == dialect.comment {
      while at < limit, base[at] != newline { at &+= 1 }
      return at
    }
    while true {
      if dialect.trimsLeading { while at < limit, isBlank(base[at]) { at &+= 1 } }
      if let quote = dialect.quote, at < limit, base[at] == quote {
        at &+= 1
        while at < limit {
          if at &+ 1 < limit, dialect.isEscape(base[at], before: base[at &+ 1]) {
            at &+= 2
          } else if base[at] != quote {
            at &+= 1
          } else if at &+ 1 < limit, base[at &+ 1] == quote {
            at &+= 2
          } else {
            at &+= 1
            var end = at
            while end < limit, isBlank(base[end]) { end &+= 1 }
            if isEnd(end) { at = end }
            break
          }
        }
      }
      while at < limit, base[at] != separator, base[at] != newline { at &+= 1 }
      if at >= limit { return limit }
      if base[at] == newline { return at }
      at &+= dialect.separator.count
    }
  }
}
