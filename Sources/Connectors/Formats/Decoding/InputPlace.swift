internal import CKernels
internal import Diagnostics
internal import Glibc
internal import Synchronization

/// Where a chunk of input comes from, so that errors can name the line.
struct InputPlace: Sendable {
  /// Path or address.
  var input: String
  /// Place of the chunk's first byte in the (decompressed) input.
  var byteOffset: Int64 = 0
  /// The chunk is the beginning of its input.
  var isStart = false
  /// Counts the lines of a file that can be read again.
  var counter: LineCounter?

  /// The line that begins at this place, which lies in the chunk.
  func line(at byteOffset: Int64) -> Int64? { counter?.line(of: input, at: byteOffset) }
}

/// Finds line numbers by reading a file again: only errors ask for them, so reading need not count.
final class LineCounter: Sendable {
  private struct Mark {
    var path: String
    var byteOffset: Int64
    var line: Int64
  }
  /// The last answer: errors mostly come in order, and the next count goes on from there.
  private let mark = Mutex(Mark(path: "", byteOffset: 0, line: 1))

  /// The number, from 1, of the line that begins at this offset; nil if the file is gone.
  func line(of path: String, at byteOffset: Int64) -> Int64? {
    mark.withLock { mark in
      if mark.path != path || mark.byteOffset > byteOffset { mark = Mark(path: path, byteOffset: 0, line: 1) }
      guard let newlines = Self.newlines(in: path, from: mark.byteOffset, to: byteOffset) else { return nil }
      mark.byteOffset = byteOffset
      mark.line += newlines
      return mark.line
    }
  }

  private static func newlines(in path: String, from start: Int64, to end: Int64) -> Int64? {
    if start == end { return 0 }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = 256 << 10
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size + 64)
    defer { buffer.deallocate() }
    var place = start
    var lines: Int64 = 0
    while place < end {
      let count = pread(descriptor, buffer, Int(min(Int64(size), end - place)), off_t(place))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      var at = 0
      while at < count {
        var mask = sq_mask64(buffer + at, UInt8(ascii: "\n"))
        if count - at < 64 { mask &= (1 << UInt64(count - at)) - 1 }
        lines += Int64(mask.nonzeroBitCount)
        at += 64
      }
      place += Int64(count)
    }
    return lines
  }
}
