internal import CKernels

/// Characters of UTF-8 bytes that need not be valid: a byte that begins no well-formed sequence is a character of its
/// own (DIALECT §7), so every text has a length and every position a place.
enum Utf8 {
  @inline(__always)
  static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let base = text.baseAddress else { return true }
    return sq_is_ascii(base.assumingMemoryBound(to: UInt8.self), text.count) != 0
  }

  /// Bytes of the character at `at`, which lies inside: 1 to 4, and 1 for a byte that begins none.
  @inline(__always)
  static func width(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int {
    let lead = text[at]
    return lead < 0x80 ? 1 : sequenceWidth(text, at, lead)
  }

  /// Unicode's table 3-7 of well-formed sequences.
  private static func sequenceWidth(_ text: UnsafeRawBufferPointer, _ at: Int, _ lead: UInt8) -> Int {
    let wanted: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: wanted = 2
    case 0xE0:
      wanted = 3
      low = 0xA0
    case 0xED:
      wanted = 3
      high = 0x9F
    case 0xE1...0xEF: wanted = 3
    case 0xF0:
      wanted = 4
      low = 0x90
    case 0xF4:
      wanted = 4
      high = 0x8F
    case 0xF1...0xF3: wanted = 4
    default: return 1
    }
    guard at &+ wanted <= text.count, text[at &+ 1] >= low, text[at &+ 1] <= high else { return 1 }
    var next = at &+ 2
    while next < at &+ wanted {
      if text[next] & 0xC0 != 0x80 { return 1 }
      next &+= 1
    }
    return wanted
  }

  /// Number of characters.
  static func count(_ text: UnsafeRawBufferPointer) -> Int {
    if isASCII(text) { return text.count }
    var at = 0
    var count = 0
    while at < text.count {
      at &+= width(text, at)
      count &+= 1
    }
    return count
  }

  /// The byte offset behind `characters` ≥ 0 characters from byte `start` on; the end of the text if there are fewer.
  @inline(__always)
  static func offset(_ text: UnsafeRawBufferPointer, skipping characters: Int, from start: Int = 0) -> Int {
    var at = start
    var left = characters
    while left > 0, at < text.count {
      at &+= width(text, at)
      left &-= 1
    }
    return at
  }

  /// Whether every sequence is well-formed.
  static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
    if isASCII(text) { return true }
    var at = 0
    while at < text.count {
      let step = width(text, at)
      if step == 1 && text[at] >= 0x80 { return false }
      at &+= step
    }
    return true
  }

  /// The code point of the character at `at`, and its bytes; nil for a byte that begins none.
  @inline(__always)
  static func scalar(_ text: UnsafeRawBufferPointer, _ at: Int) -> (value: Unicode.Scalar?, width: Int) {
    let lead = text[at]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let step = width(text, at)
    var value: UInt32
    switch step {
    case 2: value = UInt32(lead & 0x1F)
    case 3: value = UInt32(lead & 0x0F)
    case 4: value = UInt32(lead & 0x07)
    default: return (nil, 1)
    }
    for i in 1..<step { value = value &<< 6 | UInt32(text[at &+ i] & 0x3F) }
    return (Unicode.Scalar(value), step)
  }
}

/// Substring search in bytes.
enum ByteSearch {
  /// The first offset at or behind `start` where `needle` stands, or −1. An empty needle stands at `start`.
  @inline(__always)
  static func find(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from start: Int = 0) -> Int {
    if needle.count == 0 { return start <= text.count ? start : -1 }
    guard start < text.count, let base = text.baseAddress, let pattern = needle.baseAddress else { return -1 }
    let found = sq_find(
      base.assumingMemoryBound(to: UInt8.self) + start, text.count &- start,
      pattern.assumingMemoryBound(to: UInt8.self), needle.count)
    return found < 0 ? -1 : found &+ start
  }

  /// The last offset where the non-empty `needle` begins at or before `start`, or −1.
  static func findLast(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = min(start, text.count - needle.count)
    while at >= 0 {
      if matches(needle, in: text, at: at) { return at }
      at -= 1
    }
    return -1
  }

  /// Whether `needle` stands at `at`.
  @inline(__always)
  static func matches(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, at: Int) -> Bool {
    guard at >= 0, text.count &- at >= needle.count else { return false }
    guard needle.count > 0, let base = text.baseAddress, let pattern = needle.baseAddress else { return true }
    return sq_memory_equal(
      (base + at).assumingMemoryBound(to: UInt8.self), pattern.assumingMemoryBound(to: UInt8.self), needle.count) != 0
  }
}
