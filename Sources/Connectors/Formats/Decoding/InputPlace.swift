internal import CKernels
internal import Diagnostics
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
  /// Where counting has come to: errors mostly come in order, and the next count goes on from there.
  private struct Progress: ~Copyable {
    var path = ""
    var byteOffset: Int64 = 0
    var line: Int64 = 1
    var bytes: FileBytes?
  }
  private let progress = Mutex(Progress())

  /// The number, from 1, of the line that begins at this offset; nil if the file is gone.
  func line(of path: String, at byteOffset: Int64) -> Int64? {
    progress.withLock { progress in
      if progress.path != path || progress.byteOffset > byteOffset || progress.bytes == nil {
        progress = Progress(path: path)
        do throws(SQLError) { progress.bytes = try FileBytes(path: path) } catch { return nil }
      }
      return Self.advance(&progress, to: byteOffset) ? progress.line : nil
    }
  }

  private static func advance(_ progress: inout Progress, to end: Int64) -> Bool {
    let size = 256 << 10
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size + 64)
    defer { buffer.deallocate() }
    while progress.byteOffset < end {
      let wanted = Int(min(Int64(size), end - progress.byteOffset))
      var count = 0
      do throws(SQLError) {
        count = try progress.bytes?.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: wanted)) ?? 0
      } catch {
        count = 0
      }
      guard count > 0 else {
        progress.bytes = nil
        return false
      }
      var at = 0
      while at < count {
        var mask = sq_mask64(buffer + at, UInt8(ascii: "\n"))
        if count - at < 64 { mask &= (1 << UInt64(count - at)) - 1 }
        progress.line += Int64(mask.nonzeroBitCount)
        at += 64
      }
      progress.byteOffset += Int64(count)
    }
    return true
  }
}
