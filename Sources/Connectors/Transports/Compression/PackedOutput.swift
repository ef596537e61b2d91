internal import CZlib
internal import CZstd
internal import Columnar
internal import Diagnostics

/// Packs bytes on their way to an output. What is written between two `endMember` is a member (gzip) or frame (zstd) of its
/// own, and all of them together are one file again.
protocol PackedOutput: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer, to output: DescriptorOutput) throws(SQLError)
  /// Ends what was begun, if anything was.
  func endMember(to output: DescriptorOutput) throws(SQLError)
}

extension Compression {
  /// Nil for `none`.
  func output() throws(SQLError) -> (any PackedOutput)? {
    switch self {
    case .none: nil
    case .gzip: try GzipOutput()
    case .zstd: try ZstdOutput()
    }
  }
}

private let packedBytes = 64 << 10

final class GzipOutput: PackedOutput {
  /// zlib's own default: more costs time and gains little.
  private static let level: Int32 = 6

  private var state: OpaquePointer?
  private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: packedBytes)

  init() throws(SQLError) {}

  deinit {
    if let state { sq_deflate_destroy(state) }
    buffer.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer, to output: DescriptorOutput) throws(SQLError) {
    if bytes.isEmpty { return }
    if state == nil { state = sq_deflate_create(Self.level) }
    try run(bytes, flush: 0, to: output)
  }

  func endMember(to output: DescriptorOutput) throws(SQLError) {
    guard let open = state else { return }
    try run(UnsafeRawBufferPointer(start: nil, count: 0), flush: 2, to: output)
    sq_deflate_destroy(open)
    state = nil
  }

  private func run(_ bytes: UnsafeRawBufferPointer, flush: Int32, to output: DescriptorOutput) throws(SQLError) {
    guard let state else { throw SQLError(.sink, "OUT_OF_MEMORY", "no memory to pack gzip") }
    var next = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var left = bytes.count
    while true {
      var target: UnsafeMutablePointer<UInt8>? = buffer
      var room = packedBytes
      let code = sq_deflate_run(state, &next, &left, &target, &room, flush)
      if Int(code) == SQ_GZIP_MEMORY { throw SQLError(.sink, "OUT_OF_MEMORY", "no memory to pack gzip") }
      if room < packedBytes { try output.write(UnsafeRawBufferPointer(start: buffer, count: packedBytes - room)) }
      if flush == 2 ? Int(code) == SQ_GZIP_END : left == 0 && room > 0 { return }
    }
  }
}

final class ZstdOutput: PackedOutput {
  private let stream: OpaquePointer
  private var isOpen = false
  private let buffer = UnsafeMutableRawPointer.allocate(byteCount: packedBytes, alignment: 16)

  init() throws(SQLError) {
    guard let stream = ZSTD_createCStream() else { throw SQLError(.sink, "OUT_OF_MEMORY", "no memory to pack zstd") }
    self.stream = stream
  }

  deinit {
    ZSTD_freeCStream(stream)
    buffer.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer, to output: DescriptorOutput) throws(SQLError) {
    if bytes.isEmpty { return }
    isOpen = true
    try run(bytes, flush: 0, to: output)
  }

  func endMember(to output: DescriptorOutput) throws(SQLError) {
    guard isOpen else { return }
    try run(UnsafeRawBufferPointer(start: nil, count: 0), flush: 2, to: output)
    isOpen = false
  }

  private func run(_ bytes: UnsafeRawBufferPointer, flush: Int32, to output: DescriptorOutput) throws(SQLError) {
    var rest = bytes
    while true {
      var used = 0
      var made = 0
      let code = sq_zstd_compress(stream, rest.baseAddress, rest.count, &used, buffer, packedBytes, &made, flush)
      if ZSTD_isError(code) != 0 {
        throw SQLError(.sink, "IO_ERROR", "packing zstd failed: \(String(cString: ZSTD_getErrorName(code)))")
      }
      if made > 0 { try output.write(UnsafeRawBufferPointer(start: buffer, count: made)) }
      rest = UnsafeRawBufferPointer(rebasing: rest[used...])
      if flush == 2 ? code == 0 : rest.isEmpty { return }
    }
  }
}
