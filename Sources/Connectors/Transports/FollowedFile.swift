internal import Glibc

/// Tells whether a file that is read as it grows is still the one that was read so far.
///
/// A log may be renamed and made anew, or emptied and written again, perhaps beyond the place where the reader stands, all
/// between two looks. So beside device, inode and size, the last bytes that were read are compared with what stands in their
/// place now, whenever the file has changed.
struct FollowedFile {
  /// Bytes compared: log lines begin with a time, so that fewer would do.
  private static let markBytes = 64

  private let path: String
  /// The last bytes read, and the place behind them.
  private var mark: [UInt8] = []
  private var offset: Int64 = 0

  init(path: String, descriptor: Int32) {
    self.path = path
    mark.reserveCapacity(Self.markBytes)
    let start = lseek(descriptor, 0, SEEK_CUR)
    if start > 0 {
      let count = min(Self.markBytes, Int(start))
      let got = Self.bytes(descriptor, at: Int64(start) - Int64(count), count: count)
      if got.count == count { mark = got }
      offset = Int64(start)
    }
  }

  /// These bytes were read at this place.
  mutating func note(_ bytes: UnsafeRawBufferPointer, at place: Int64) {
    let end = place + Int64(bytes.count)
    if bytes.count >= Self.markBytes {
      mark = Array(bytes.suffix(Self.markBytes))
    } else {
      mark = Array((mark + Array(bytes)).suffix(Self.markBytes))
    }
    offset = end
  }

  /// Whether the open file is shorter than what was read of it, or holds something else there.
  func isCut(_ descriptor: Int32) -> Bool {
    var own = stat()
    guard fstat(descriptor, &own) == 0 else { return false }
    if Int64(own.st_size) < offset { return true }
    guard Int64(own.st_size) > offset else { return false }
    return Self.bytes(descriptor, at: offset - Int64(mark.count), count: mark.count) != mark
  }

  /// Whether the path means another file by now.
  func isAnother(_ descriptor: Int32) -> Bool {
    var own = stat()
    var current = stat()
    guard fstat(descriptor, &own) == 0, stat(path, &current) == 0 else { return false }
    return own.st_ino != current.st_ino || own.st_dev != current.st_dev || Int64(own.st_size) < offset
  }

  /// Device and inode of what a path means now; empty if it is not there.
  static func identity(of path: String) -> String {
    var info = stat()
    return stat(path, &info) == 0 ? "\(info.st_dev):\(info.st_ino)" : ""
  }

  private static func bytes(_ descriptor: Int32, at place: Int64, count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      filled = max(0, pread(descriptor, target.baseAddress, count, off_t(place)))
    }
  }
}
