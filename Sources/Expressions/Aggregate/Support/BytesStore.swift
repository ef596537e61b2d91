internal import Columnar
internal import Diagnostics

/// The bytes of the long strings that an accumulator keeps, and how many of them are garbage by now.
///
/// Bytes never move, so that results may share them; when garbage outweighs what is alive, the owner adopts everything
/// anew into a fresh store, and the old bytes go with their last reader.
struct BytesStore {
  private var arena = ByteArena()
  private var liveBytes = 0
  private var droppedBytes = 0

  /// Garbage below this is not worth a compaction.
  static let garbageMin = 64 << 10

  /// A lasting copy of `view`.
  @inline(__always)
  mutating func keep(_ view: BytesView) -> BytesView {
    if view.isInline { return view }
    liveBytes += view.count
    return arena.adopt(view)
  }

  /// Says that a kept view is needed no more.
  @inline(__always)
  mutating func drop(_ view: BytesView) {
    if view.isInline { return }
    liveBytes -= view.count
    droppedBytes += view.count
  }

  var needsCompaction: Bool { droppedBytes > 2 * liveBytes + BytesStore.garbageMin }

  /// What keeps the bytes of kept views alive.
  var owners: [ByteBuffer] { arena.blocks }

  var memoryBytes: Int { arena.allocatedBytes }
}
