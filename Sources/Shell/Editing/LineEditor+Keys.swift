import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the keys do that are ours; all others are readline's.
extension LineEditor {
  func enter() -> Int32 {
    let text = String(decoding: text, as: UTF8.self)
    if !isComplete(text) { return newline() }
    leave()
    sq_readline_finish_line()
    return 0
  }

  func newline() -> Int32 {
    sq_readline_insert("\n")
    return 0
  }

  func clearScreen() -> Int32 {
    Terminal.write("\u{1B}[H\u{1B}[2J")
    view.forget()
    draw()
    return 0
  }

  /// The line above in a statement of several lines, else the statement before in history.
  func up(_ key: Int32) -> Int32 {
    let (text, point) = (text, Int(sq_readline_point()))
    guard let newline = text[..<point].lastIndex(of: UInt8(ascii: "\n")) else {
      sq_readline_call("previous-history", 1, key)
      return 0
    }
    let start = text[..<newline].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    sq_readline_move(Int32(clamping: min(start + point - newline - 1, newline)))
    return 0
  }

  func down(_ key: Int32) -> Int32 {
    let (text, point) = (text, Int(sq_readline_point()))
    guard let newline = text[point...].firstIndex(of: UInt8(ascii: "\n")) else {
      sq_readline_call("next-history", 1, key)
      return 0
    }
    let start = text[..<point].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let end = text[(newline + 1)...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
    sq_readline_move(Int32(clamping: min(newline + 1 + point - start, end)))
    return 0
  }

  func tab() -> Int32 {
    guard let completion = complete(text, Int(sq_readline_point())), !completion.candidates.isEmpty else {
      sq_readline_bell()
      return 0
    }
    let text = text
    let typed = Array(text[completion.range])
    var insertion = completion.insertion
    // What stands behind the cursor is not repeated.
    let upper = completion.range.upperBound
    if upper < text.count, insertion.utf8.last == text[upper], [UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: "'")].contains(text[upper]) {
      insertion.removeLast()
    }
    if completion.candidates.count == 1 || insertion.utf8.count > typed.count {
      sq_readline_replace(
        Int32(clamping: completion.range.lowerBound), Int32(clamping: completion.range.upperBound), insertion)
    } else if completion.candidates.count > 1 {
      let point = sq_readline_point()
      leave()
      Terminal.write(completion.listing(columns: columns))
      sq_readline_move(point)
    }
    return 0
  }
}
