internal import CSimdjson
internal import Columnar
internal import Diagnostics

/// What one worker needs to decode, kept for the next piece of input.
// @unchecked Sendable: taken out of the pool, under its lock, by one worker at a time.
final class JsonState: @unchecked Sendable {
  let plan: JsonPlan
  let table: SlotTable
  let names: JsonNames
  let index: OpaquePointer
  /// Places of newlines, as `JsonRun` goes along.
  let lines: UnsafeMutablePointer<UInt32>
  /// Bytes looked through for newlines at once.
  static let windowBytes = 16 << 10
  /// For records that are read a second time, while the tokens of their chunk are still needed.
  private var spare: OpaquePointer?

  init(_ plan: JsonPlan) throws(SQLError) {
    guard let index = sq_json_index_create() else {
      throw SQLError(.source, "OUT_OF_MEMORY", "no memory to decode JSON")
    }
    self.plan = plan
    self.index = index
    table = SlotTable(plan.types)
    names = JsonNames(plan)
    lines = .allocate(capacity: Self.windowBytes)
  }

  deinit {
    lines.deallocate()
    sq_json_index_destroy(index)
    if let spare { sq_json_index_destroy(spare) }
  }

  /// The tokens of a text of its own; nil if it is no JSON.
  func tokens(of text: ByteBuffer) -> UnsafePointer<UInt32>? {
    if spare == nil { spare = sq_json_index_create() }
    guard let spare, sq_json_index_build(spare, text.base, text.count) == SQ_JSON_OK else { return nil }
    return sq_json_index_tokens(spare)
  }
}
