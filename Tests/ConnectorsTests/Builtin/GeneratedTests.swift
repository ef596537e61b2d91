import Columnar
import Diagnostics
import Synchronization
import Testing

@testable import Connectors

@Suite struct MemoryTableTests {
  let schema = Schema([Field("word", .string), Field("n", .int)])

  private func batch(_ rows: [(String, Int32)]) -> Batch {
    Batch(rows: rows.map { [.string($0.0), .int32($0.1)] }, schema: schema)
  }

  @Test func everyInsertIsAMicroBatch() throws {
    let table = MemoryTable(schema: schema)
    try table.append(batch([("a", 1), ("b", 2)]))
    let source = table.open(columns: [1], isSnapshot: false)
    let other = table.open(columns: [0, 1], isSnapshot: false)
    try table.append(batch([("c", 3)]))
    try table.append(batch([]))
    table.close()
    let drained = try drain(source)
    #expect(drained.rows == [[.int32(1)], [.int32(2)], [.int32(3)]])
    #expect(drained.boundaries == 3)
    #expect(try drain(other).rows.count == 3)
    #expect(failure { try table.append(batch([("d", 4)])) }?.errorClass == "STREAM_CLOSED")
  }

  @Test func aSnapshotEndsWithWhatIsThere() throws {
    let table = MemoryTable(schema: schema)
    try table.append(batch([("a", 1)]))
    let source = table.open(columns: [0], isSnapshot: true)
    try table.append(batch([("b", 2)]))
    #expect(try drain(source).lines == ["a"])
  }

  @Test func followersAreWoken() throws {
    let table = MemoryTable(schema: schema)
    let source = table.open(columns: [0], isSnapshot: false)
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    try startThread {
      for i in 0..<50 { try? table.append(self.batch([("\(i)", 0)])) }
      table.close()
    }
    #expect(try drain(source, arrivals).lines == (0..<50).map { "\($0)" })
    source.stop()
  }

  @Test func limitsCutInsertsAndPositionsGoOn() throws {
    let table = MemoryTable(schema: schema)
    try table.append(batch((0..<5).map { ("\($0)", 0) }))
    try table.append(batch([("5", 0)]))
    let source = table.open(columns: [0], isSnapshot: true)
    try source.start {}
    var limit = ReadLimit(rows: 3)
    _ = try source.poll(&limit)
    #expect(limit.rows == 0)
    let other = table.open(columns: [0], isSnapshot: true)
    try other.seek(to: #require(source.position))
    #expect(try drain(other).lines == ["3", "4", "5"])
    _ = try drain(source)
    #expect(try source.position == source.latest())
  }

  /// A COMPLETE query's rows: followers see the difference, new readers the rows.
  @Test func replacedRowsAreTakenBack() throws {
    let table = MemoryTable(schema: schema, isStream: false)
    try table.replaceRows(with: batch([("a", 1)]))
    let follower = table.open(columns: [0], isSnapshot: false, takesChanges: true)
    try table.replaceRows(with: batch([("b", 1), ("c", 1)]))
    table.close()
    #expect(try drain(follower).lines == ["a", "a", "b", "c"])
    #expect(try drain(table.open(columns: [0], isSnapshot: true)).lines == ["b", "c"])
    let again = table.open(columns: [0], isSnapshot: false)
    #expect(try drain(again).lines == ["b", "c"])
  }

  /// What follows sees old rows go and new ones come; rows that are not there cannot go.
  @Test func weightsArePassedOn() throws {
    let table = MemoryTable(schema: schema, isStream: false)
    try table.append(batch([("a", 1), ("b", 2), ("a", 1)]))
    let source = table.open(columns: [0, 1], isSnapshot: false, takesChanges: true, owner: "q")
    #expect(table.followerNames == ["q"])
    try table.append(batch([("a", 1), ("z", 9), ("c", 3)]), weights: [-1, -1, 2])
    table.close()
    let changes = try weighted(source)
    #expect(changes == ["+1 a", "+1 b", "+1 a", "-1 a", "+1 c", "+1 c"])
    #expect(try drain(table.open(columns: [0], isSnapshot: true)).lines.sorted() == ["a", "b", "c", "c"])
  }

  @Test func aKeyHasOneRow() throws {
    let table = MemoryTable(schema: schema, isStream: false, key: [0])
    let source = table.open(columns: [0, 1], isSnapshot: false, takesChanges: true)
    try table.append(batch([("a", 1), ("b", 2), ("a", 3)]))
    try table.append(batch([("b", 0)]), weights: [-1])
    table.close()
    #expect(try weighted(source) == ["+1 a", "+1 b", "-1 a", "+1 a", "-1 b"])
    #expect(try drain(table.open(columns: [1], isSnapshot: true)).rows == [[.int32(3)]])
  }

  @Test func changesOfRowsThatMustStayAreRefused() throws {
    let stream = MemoryTable(schema: schema)
    #expect(failure { try stream.append(batch([("a", 1)]), weights: [-1]) }?.errorClass == "UNSUPPORTED_FEATURE")
    let table = MemoryTable(schema: schema, isStream: false)
    try table.append(batch([("a", 1)]))
    let source = table.open(columns: [0], isSnapshot: false, owner: "q")
    #expect(failure { try table.append(batch([("a", 1)]), weights: [-1]) }?.errorClass == "TABLE_IS_FOLLOWED")
    source.stop()
    try table.append(batch([("a", 1)]), weights: [-1])
    #expect(table.rows.isEmpty)
  }

  /// A key that is written again and again takes no more room than its row.
  @Test func rowsThatAreGoneAreForgotten() throws {
    let table = MemoryTable(schema: schema, isStream: false, key: [0])
    for round in 0..<200 { try table.append(batch((0..<100).map { ("k\($0)", Int32(round)) })) }
    #expect(table.rows.reduce(0) { $0 + $1.count } == 100)
    #expect(table.keptBytes < 1_000_000)
  }

  /// Others wait for what a writer still brings.
  @Test func itIsClosedWhenItsWritersHaveEnded() throws {
    let table = MemoryTable(schema: schema)
    table.beginWriting()
    table.close()
    try table.append(batch([("a", 1)]))
    #expect(!table.isClosed)
    table.endWriting()
    #expect(table.isClosed)
  }

  /// The rows of a source with their weights.
  private func weighted(_ source: any Source) throws -> [String] {
    var lines: [String] = []
    var limit = ReadLimit()
    while true {
      switch try source.poll(&limit) {
      case .ended: return lines
      case .idle, .stepBoundary: continue
      case .morsel(let morsel):
        guard case .batch(let batch, let weights) = morsel.content else { continue }
        for row in 0..<batch.count {
          let weight = weights?[row] ?? 1
          lines.append("\(weight > 0 ? "+" : "")\(weight) \(batch.columns[0].value(at: row).text ?? "")")
        }
      }
    }
  }

  @Test func describedByDDL() throws {
    #expect(failure { _ = try open(.memory) }?.errorClass == "UNABLE_TO_INFER_SCHEMA")
    let request = try request(.memory, schema: schema, isStream: true, isSnapshot: true)
    let factory = try #require(ConnectorDefinition.memory.source)
    let description = try factory.describe(request)
    #expect(!description.isBounded && description.canEnd && description.canReplay)
    try description.store?.append(batch([("a", 1)]), weights: nil)
    #expect(try drain(factory.open(request, description, [0])).lines == ["a"])
  }
}

@Suite struct GeneratedSourceTests {
  @Test func rangesAreSparks() throws {
    func ids(_ options: [String: String]) throws -> [Int64] {
      try drain(open(.range, options)).rows.compactMap { $0[0].integer }
    }
    #expect(try ids(["start": "5"]) == [0, 1, 2, 3, 4])
    #expect(try ids(["start": "2", "end": "10", "step": "3"]) == [2, 5, 8])
    #expect(try ids(["start": "3", "end": "0", "step": "-1"]) == [3, 2, 1])
    #expect(try ids(["start": "3", "end": "0"]) == [])
    #expect(try ids(["start": "10000"]).count == 10_000)
    #expect(
      failure { _ = try open(.range, ["start": "1", "step": "0"]) }?.errorClass == "FAILED_FUNCTION_CALL")
  }

  /// Under a clock that the test moves, rows come when they are due and stamped with it.
  @Test func rateFollowsItsClock() throws {
    let clock = Clock(5_000_000)
    let source = try open(
      .rate, ["rowsPerSecond": "4", "rows": "10"], environment: environment(nowMicros: { clock.micros }))
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    var limit = ReadLimit()
    func poll() throws -> [[Value]] {
      if case .morsel(let morsel) = try source.poll(&limit) { return try morsel.rows() }
      return []
    }
    #expect(try poll() == [[.int64(5_000_000), .int64(0)]])
    #expect(try poll() == [])
    clock.micros = 5_500_000
    #expect(try poll() == [[.int64(5_250_000), .int64(1)], [.int64(5_500_000), .int64(2)]])
    let position = try #require(source.position)
    clock.micros = 9_000_000
    arrivals.wait()
    let rest = try drain(source, arrivals).rows
    #expect(rest.map { $0[1] } == (3..<10).map { Value.int64($0) })
    source.stop()
    let again = try open(
      .rate, ["rowsPerSecond": "4", "rows": "10"], environment: environment(nowMicros: { clock.micros }))
    try again.seek(to: position)
    #expect(try drain(again).rows == rest)
  }

  @Test func rampGrowsToTheRate() throws {
    var options = OptionValues()
    options.set("rowsPerSecond", "1000", span: .none)
    options.set("rampUpTime", "4s", span: .none)
    let generator = try RateGenerator(options, columns: [0, 1])
    #expect(generator.dueRows(elapsedMicros: 0) == 1)
    #expect(abs(generator.dueRows(elapsedMicros: 2_000_000) - 500) <= 1)
    #expect(abs(generator.dueRows(elapsedMicros: 4_000_000) - 2000) <= 1)
    #expect(abs(generator.dueRows(elapsedMicros: 5_000_000) - 3000) <= 1)
    for row in stride(from: Int64(0), to: 4000, by: 37) {
      let due = generator.dueMicros(ofRow: row)
      #expect(generator.dueRows(elapsedMicros: due) >= row + 1)
      if due > 1 { #expect(generator.dueRows(elapsedMicros: due - 2) <= row + 1) }
    }
  }
}

/// A clock that a test sets.
private final class Clock: Sendable {
  private let value: Mutex<Int64>
  init(_ start: Int64) { value = Mutex(start) }
  var micros: Int64 {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
