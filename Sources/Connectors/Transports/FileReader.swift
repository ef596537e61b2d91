internal import Columnar
internal import Diagnostics
internal import Glibc

/// Reads one file in chunks of whole lines.
struct FileReader: ~Copyable {
  private let bytes: FileBytes
  private var framing: LineFraming
  private var isAtEnd = false
  private let cut: FormatReading.Framing
  /// Who the file is, if it is read on as it grows.
  private var followed: FollowedFile?
  /// Bytes behind it are not read: the file is read as it was at some moment.
  private let endOffset: Int64
  /// The file was cut, or is another one by now: nothing more can be read here.
  private(set) var isReplaced = false

  /// - Parameters:
  ///   - cut: where chunks may end; a file that is one of `lineBytesMax` bytes at most.
  ///   - follows: the end of the file is not the end of its last line.
  init(
    path: String, offset: Int64 = 0, lineBytesMax: Int, ends: RecordEnd = .newline, cut: FormatReading.Framing = .lines,
    follows: Bool = false, endOffset: Int64 = .max
  ) throws(SQLError) {
    let bytes = try FileBytes(path: path, offset: offset)
    self.cut = cut
    self.endOffset = endOffset
    followed = follows ? FollowedFile(path: path, descriptor: bytes.descriptor) : nil
    framing = LineFraming(object: bytes.name, lineBytesMax: lineBytesMax, offset: offset, ends: ends)
    self.bytes = bytes
  }

  /// Place in the file as it lies on the disk, packed or not, up to which bytes were read.
  var diskOffset: Int64 { Int64(lseek(bytes.descriptor, 0, SEEK_CUR)) }

  /// Place in the file behind the last chunk.
  var nextOffset: Int64 { framing.offset }

  /// What is left of a line that will not be ended.
  mutating func finish() -> Chunk? { framing.finish() }

  /// The next whole lines; nil at the end.
  mutating func next() throws(SQLError) -> Chunk? {
    if let followed, followed.isCut(bytes.descriptor) {
      isReplaced = true
      return nil
    }
    while !isAtEnd {
      var space = try framing.space()
      let readOffset = framing.offset + Int64(framing.pendingBytes)
      if Int64(space.count) > endOffset - readOffset {
        space = UnsafeMutableRawBufferPointer(rebasing: space[..<Int(max(0, endOffset - readOffset))])
      }
      let count = space.isEmpty ? 0 : try bytes.read(into: space)
      if count == 0 {
        if followed != nil {
          isReplaced = followed?.isAnother(bytes.descriptor) ?? false
          return nil
        }
        isAtEnd = true
        return framing.finish()
      }
      followed?.note(UnsafeRawBufferPointer(rebasing: space[..<count]), at: readOffset)
      switch cut {
      case .whole: try framing.hold(count)
      case .lines: if let chunk = try framing.take(count) { return chunk }
      case .records(let dialect): if let chunk = try framing.take(count, recordsOf: dialect) { return chunk }
      }
    }
    return nil
  }
}
