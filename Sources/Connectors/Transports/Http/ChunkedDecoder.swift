/// Takes the frames of a chunked body away (RFC 9112, 7.1): a state machine that is given bytes as they come.
///
///     4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\n   →   Wikipedia·
struct ChunkedDecoder: Sendable {
  private enum Place {
    case size, extension_, data, dataEnd, trailer, done
  }
  private var place = Place.size
  /// Bytes of the chunk that are still to come; the size while it is being read.
  private var left: UInt64 = 0
  private var hasDigit = false
  private var isLineEmpty = true

  var isDone: Bool { place == .done }

  /// Decodes what it can of `input` into `output`, which may lie over it.
  /// - Returns: bytes used and bytes written; nil for a frame that is none, once what came before it has been given.
  mutating func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> (used: Int, written: Int)? {
    var used = 0
    var written = 0
    /// The byte just taken does not belong there; it is met again when it is the first.
    func broken() -> (used: Int, written: Int)? { written > 0 ? (used - 1, written) : nil }
    while used < input.count, place != .done {
      let byte = input[used]
      switch place {
      case .size:
        used += 1
        if let digit = Self.hexDigit(byte) {
          // Sixteen digits fill 64 bits; a chunk of half of that is no chunk.
          if left >> 59 != 0 { return broken() }
          left = left << 4 | digit
          hasDigit = true
        } else if !hasDigit {
          return broken()
        } else if byte == UInt8(ascii: "\n") {
          beginData()
        } else if byte == UInt8(ascii: ";") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") {
          place = .extension_
        } else {
          return broken()
        }
      case .extension_:
        used += 1
        if byte == UInt8(ascii: "\n") { beginData() }
      case .data:
        let count = min(Int(clamping: left), input.count - used, output.count - written)
        if count == 0 { return (used, written) }
        if let target = output.baseAddress, let source = input.baseAddress {
          (target + written).copyMemory(from: source + used, byteCount: count)
        }
        used += count
        written += count
        left -= UInt64(count)
        if left == 0 { place = .dataEnd }
      case .dataEnd:
        used += 1
        if byte == UInt8(ascii: "\n") {
          place = .size
          hasDigit = false
        } else if byte != UInt8(ascii: "\r") {
          return broken()
        }
      case .trailer:
        used += 1
        if byte == UInt8(ascii: "\n") {
          if isLineEmpty { place = .done }
          isLineEmpty = true
        } else if byte != UInt8(ascii: "\r") {
          isLineEmpty = false
        }
      case .done: break
      }
    }
    return (used, written)
  }

  private mutating func beginData() {
    place = left == 0 ? .trailer : .data
    isLineEmpty = true
  }

  private static func hexDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
