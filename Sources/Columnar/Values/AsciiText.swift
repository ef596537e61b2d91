/// Byte classes shared by the text routines, as Java and Spark define them for casts.
public enum AsciiText {
  /// Whitespace or an ISO control character: what Spark trims before a cast to a number, date, time or interval.
  @inlinable @inline(__always)
  public static func isTrimmed(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

  /// Java's `Character.isWhitespace` within ASCII.
  @inlinable @inline(__always)
  public static func isWhitespace(_ byte: UInt8) -> Bool {
    (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x20)
  }

  @inlinable @inline(__always)
  public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inlinable @inline(__always)
  public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// `byte` with ASCII upper-case letters folded to lower case.
  @inlinable @inline(__always)
  public static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// `text` without leading and trailing whitespace and control characters.
  @inlinable
  public static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = text.count
    while start < end, isTrimmed(text[start]) { start &+= 1 }
    while end > start, isTrimmed(text[end &- 1]) { end &-= 1 }
    return UnsafeRawBufferPointer(rebasing: text[start..<end])
  }

  /// `text` without leading and trailing bytes up to the space, as Java's `String.trim` does.
  @inlinable
  public static func javaTrimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = text.count
    while start < end, text[start] <= 0x20 { start &+= 1 }
    while end > start, text[end &- 1] <= 0x20 { end &-= 1 }
    return UnsafeRawBufferPointer(rebasing: text[start..<end])
  }

  /// Whether the bytes of `text` from `offset` on begin with `word`, which is given in lower case; ASCII case is ignored.
  @inlinable
  public static func matches(_ text: UnsafeRawBufferPointer, at offset: Int, _ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard offset >= 0, text.count &- offset >= length else { return false }
    let expected = word.utf8Start
    for index in 0..<length where lowercased(text[offset &+ index]) != expected[index] { return false }
    return true
  }

  /// Whether `text` is `word`, which is given in lower case; ASCII case is ignored.
  @inlinable
  public static func equals(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    text.count == word.utf8CodeUnitCount && matches(text, at: 0, word)
  }
}
