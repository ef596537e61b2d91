internal import CZlib
internal import Diagnostics

/// gzip (RFC 1952), of any number of members; zeros behind the last one are padding.
final class GzipInput: Decompressor {
  private let state: OpaquePointer
  private var packed = PackedInput()
  private var isInMember = false
  private var hasMember = false

  init() throws(SQLError) {
    guard let state = sq_inflate_create() else { throw SQLError(.source, "OUT_OF_MEMORY", "no memory to unpack gzip") }
    self.state = state
  }

  deinit { sq_inflate_destroy(state) }

  func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, name: String) throws(SQLError) -> Int {
    guard let base = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
    while true {
      guard try packed.fill(descriptor, name: name) else {
        if isInMember { throw .corruptFile(name, "the gzip data ends too early") }
        return 0
      }
      if !isInMember {
        if hasMember, packed.next[0] == 0 {
          packed.take(1)
          continue
        }
        sq_inflate_reset(state)
        isInMember = true
      }
      var next: UnsafePointer<UInt8>? = packed.next
      var left = packed.count
      var output: UnsafeMutablePointer<UInt8>? = base
      var room = target.count
      let code = sq_inflate_run(state, &next, &left, &output, &room)
      packed.take(packed.count - left)
      switch Int(code) {
      case SQ_GZIP_END:
        isInMember = false
        hasMember = true
      case SQ_GZIP_MORE: break
      case SQ_GZIP_MEMORY: throw SQLError(.source, "OUT_OF_MEMORY", "no memory to unpack \(name)")
      default: throw .corruptFile(name, hasMember ? "the gzip data is corrupt, or other bytes follow it" : "this is no gzip data, or it is corrupt")
      }
      if room < target.count { return target.count - room }
    }
  }
}
