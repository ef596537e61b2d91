internal import Columnar

/// One record taken apart: what `from_csv` and `schema_of_csv` read. A line break outside of quotes ends it.
struct CsvRecord {
  private let options: CsvOptions

  init(_ options: CsvOptions) { self.options = options }

  /// Calls `body` with each field's text, nil for what stands for NULL, until the record ends.
  func forEachField(_ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) -> Void) {
    var scratch = ByteWriter()
    var at = 0
    while true {
      let isQuoted = options.quote != 0 && at < text.count && text[at] == options.quote && closes(text, at)
      if isQuoted {
        scratch.removeAll()
        at = unquote(text, at &+ 1, into: &scratch)
        emit(scratch.bytes, body)
      } else {
        // An opening quote that is never closed is left out, as univocity does.
        var start = at
        let isOpen = options.quote != 0 && at < text.count && text[at] == options.quote && !hasQuote(text, at &+ 1)
        if isOpen { start = at &+ 1 }
        while at < text.count, !isSeparator(text, at), !isEnd(text[at]) { at &+= 1 }
        if isOpen { at = text.count }
        emit(UnsafeRawBufferPointer(rebasing: text[start..<max(start, at)]), body)
      }
      guard at < text.count, isSeparator(text, at) else { return }
      at &+= options.separator.count
    }
  }

  private func emit(_ field: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) -> Void) {
    let isNull = field.isEmpty || field.count == options.nullText.count && options.nullText.elementsEqual(field)
    body(isNull ? nil : field)
  }

  private func isEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  private func isSeparator(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    options.separator.withUnsafeBytes { ByteSearch.matches($0, in: text, at: at) }
  }

  private func hasQuote(_ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    start < text.count && text[start...].contains(options.quote)
  }

  /// Whether the quote at `at` is closed right before a separator or the end.
  private func closes(_ text: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard let end = closing(text, at &+ 1) else { return false }
    return end &+ 1 == text.count || isSeparator(text, end &+ 1) || isEnd(text[end &+ 1])
  }

  private func closing(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    var at = start
    while at < text.count {
      if options.escape != 0, text[at] == options.escape, at &+ 1 < text.count {
        at &+= 2
      } else if text[at] == options.quote {
        return at
      } else {
        at &+= 1
      }
    }
    return nil
  }

  /// Appends the field behind an opening quote; returns the place behind the closing one.
  private func unquote(_ text: UnsafeRawBufferPointer, _ start: Int, into out: inout ByteWriter) -> Int {
    var at = start
    while at < text.count {
      let byte = text[at]
      if options.escape != 0, byte == options.escape, at &+ 1 < text.count,
        text[at &+ 1] == options.quote || text[at &+ 1] == options.escape
      {
        out.append(text[at &+ 1])
        at &+= 2
      } else if byte == options.quote {
        return at &+ 1
      } else {
        out.append(byte)
        at &+= 1
      }
    }
    return at
  }
}
