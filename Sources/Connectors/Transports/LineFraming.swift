internal import Columnar
internal import Diagnostics
internal import Glibc

/// A piece of input that ends where a record ends.
struct Chunk: Sendable {
  var buffer: ByteBuffer
  var start: Int
  var end: Int
  /// When it was read, in µs since the UTC epoch; 0 if nobody asked.
  var arrivalMicros: Int64 = 0
  /// Place of its first byte in its stream.
  var offset: Int64 = 0
  /// A stream begins with it.
  var isStart = false

  var count: Int { end - start }
}

/// Cuts a stream of bytes into chunks of whole records, which are lines unless told otherwise.
///
/// The reader asks for `space`, reads into it, and says with `take` how much came: it gets the complete lines so far,
/// the rest waits for its newline. Bytes are read once and copied only when a line straddles two buffers.
///
///     buffer   [ published lines | gap | lines being read … ]
///
/// Decoders load up to 64 bytes behind the end of a chunk, so nothing is written there any more: the next line begins
/// behind a gap.
struct LineFraming {
  /// Bytes asked of the operating system at once, and the size of a buffer.
  static let chunkBytes = 256 << 10
  /// With less room than this a new buffer is begun.
  private static let spaceBytesMin = 4 << 10
  /// The longest line unless an option says otherwise: memory for it is needed at once, and a missing newline should
  /// not take all there is.
  static let lineBytesMaxDefault = 64 << 20
  static let newlineDefault = UInt8(ascii: "\n")

  /// Path or address, for errors.
  private let object: String
  private let lineBytesMax: Int
  /// What ends a record.
  private let ends: RecordEnd
  private var buffer: ByteBuffer
  /// First byte that was not handed out.
  private var start = 0
  /// Place of the byte at `start` in the stream.
  private(set) var offset: Int64

  init(object: String, lineBytesMax: Int, offset: Int64 = 0, ends: RecordEnd = .newline) {
    self.object = object
    self.ends = ends
    self.lineBytesMax = lineBytesMax
    self.offset = offset
    buffer = ByteBuffer(capacity: Self.chunkBytes)
  }

  /// Bytes that wait for their newline.
  var pendingBytes: Int { buffer.count - start }

  /// Where the next bytes go; never empty.
  mutating func space() throws(SQLError) -> UnsafeMutableRawBufferPointer {
    if buffer.remaining < Self.spaceBytesMin {
      let capacity = max(Self.chunkBytes, pendingBytes * 2)
      guard Self.isAvailable(capacity) else { throw .noMemory(object, byteOffset: offset, byteCount: pendingBytes) }
      renewBuffer(capacity)
    }
    // A long line is found too long before much more of it is read.
    let count = min(buffer.remaining, max(Self.chunkBytes, lineBytesMax - pendingBytes + 1))
    return UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: count)
  }

  /// Whether there is memory for so many bytes: making a buffer ends the program where there is none.
  private static func isAvailable(_ byteCount: Int) -> Bool {
    guard byteCount > lineBytesMaxDefault else { return true }
    let probe = malloc(byteCount)
    free(probe)
    return probe != nil
  }

  /// Moves what is pending into a fresh buffer: twice as large as the line so far if that is long.
  private mutating func renewBuffer(_ capacity: Int) {
    let pending = pendingBytes
    let fresh = ByteBuffer(capacity: capacity)
    if pending > 0 { _ = fresh.append(buffer.base + start, count: pending) }
    buffer = fresh
    start = 0
  }

  /// `count` bytes were read into `space`: the lines that are complete now.
  mutating func take(_ count: Int) throws(SQLError) -> Chunk? {
    // What waits holds no end of a record, but perhaps the beginning of one.
    let lookedAt = max(start, buffer.count - (ends.count - 1))
    buffer.count += count
    guard let end = ends.lastEnd(UnsafePointer(buffer.base), from: lookedAt, to: buffer.count) else {
      if pendingBytes > lineBytesMax {
        throw .lineTooLong(object, byteOffset: offset, bytesMax: lineBytesMax)
      }
      return nil
    }
    return publish(upTo: end)
  }

  /// `count` bytes were read into `space`: the records that are complete now, whose quoted fields may hold newlines.
  ///
  /// Cost: a record that is not whole is looked at again with what comes, twice as much each time.
  mutating func take(_ count: Int, recordsOf dialect: CsvDialect) throws(SQLError) -> Chunk? {
    buffer.count += count
    var end = start
    while end < buffer.count {
      let next = CsvFields.recordEnd(UnsafePointer(buffer.base), from: end, limit: buffer.count, dialect)
      if next >= buffer.count { break }
      end = next + 1
    }
    if end > start { return publish(upTo: end) }
    if pendingBytes > lineBytesMax { throw .lineTooLong(object, byteOffset: offset, bytesMax: lineBytesMax) }
    return nil
  }

  /// `count` bytes were read into `space`: kept until the end, newlines or not.
  mutating func hold(_ count: Int) throws(SQLError) {
    buffer.count += count
    if pendingBytes > lineBytesMax { throw .lineTooLong(object, byteOffset: offset, bytesMax: lineBytesMax) }
  }

  /// The unterminated line at the end of the input.
  mutating func finish() -> Chunk? { pendingBytes > 0 ? publish(upTo: buffer.count) : nil }

  /// Skips UTF-8's byte order mark at the very beginning.
  private mutating func skipByteOrderMark(upTo end: Int) {
    guard end - start >= 3 else { return }
    let bytes = buffer.base + start
    if bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      start += 3
      offset += 3
    }
  }

  private mutating func publish(upTo end: Int) -> Chunk {
    let isStart = offset == 0
    if isStart { skipByteOrderMark(upTo: end) }
    let chunk = Chunk(buffer: buffer, start: start, end: end, offset: offset, isStart: isStart)
    offset += Int64(chunk.count)
    let pending = buffer.count - end
    start = end
    if pending >= ByteBuffer.paddingBytes { return chunk }
    // Too short to serve as the gap: moved behind one.
    let next = end + ByteBuffer.paddingBytes
    if next + pending + Self.spaceBytesMin <= buffer.capacity {
      let raw = UnsafeMutableRawPointer(buffer.base)
      (raw + next).copyMemory(from: raw + end, byteCount: pending)
      start = next
      buffer.count = next + pending
    } else {
      renewBuffer(Self.chunkBytes)
    }
    return chunk
  }
}

extension Chunk {
  /// Takes everything: a record that cannot be cut.
  mutating func takeAll() -> Chunk {
    defer { start = end }
    return self
  }

  /// Takes the front of this chunk that a limit allows and lowers the limit; what is over stays in `self`.
  ///
  /// Cuts behind a line. At least one line is taken, however long, so that a small limit in bytes cannot stop a query.
  mutating func takeFront(_ limit: inout ReadLimit, ends: RecordEnd = .newline) -> Chunk {
    var front = self
    if limit.rows < .max || count > limit.bytes {
      let cut = ends.fitting(UnsafePointer(buffer.base), start..<end, rowsMax: limit.rows, bytesMax: limit.bytes)
      front.end = cut.end
      if limit.rows < .max { limit.rows = max(0, limit.rows - cut.rows) }
    }
    if limit.bytes < .max {
      // Cut for its bytes: the next line does not fit either, so nothing is left of the limit.
      let isCutByBytes = front.end < end && limit.rows > 0
      limit.bytes = isCutByBytes ? 0 : max(0, limit.bytes - front.count)
    }
    start = front.end
    offset += Int64(front.count)
    isStart = isStart && front.count == 0
    return front
  }
}
