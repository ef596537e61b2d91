import Columnar
import Expressions
import Testing

/// An aggregate with its arguments, and what it means: the value of a list of rows in input order.
struct AggregateCase: CustomTestStringConvertible, Sendable {
  var name: String
  var types: [DataType]
  var constants: [(Value, DataType)] = []
  /// Whether floating-point arguments are finite.
  var isFinite = false
  var meaning: @Sendable ([[Value]]) -> Value

  var testDescription: String {
    "\(name)(\((types.map(\.description) + constants.map { "\($0.0)" }).joined(separator: ", ")))"
  }

  func bind() throws -> BoundAggregate { try bindAggregate(name, types, constants: constants) }

  func input(_ rows: [WeightedRow], isWeighted: Bool) -> AggregateInput {
    AggregateInput(rows, types, constants: constants, isWeighted: isWeighted)
  }
}

/// The rows that are there, after all that came and went.
struct LiveRows {
  private(set) var rows: [WeightedRow] = []

  /// Adds rows, or takes back the earliest ones of the same value; rows stay in the order of their positions.
  mutating func apply(_ row: WeightedRow) {
    if row.weight > 0 {
      for _ in 0..<row.weight {
        let at = rows.firstIndex { $0.position > row.position } ?? rows.count
        rows.insert(row, at: at)
      }
      return
    }
    for _ in 0..<(-row.weight) {
      guard let at = rows.firstIndex(where: { $0.group == row.group && isSameRow($0.values, row.values) })
      else { return }
      rows.remove(at: at)
    }
  }

  func values(of group: Int32) -> [[Value]] { rows.filter { $0.group == group }.map(\.values) }
}

/// Random changes: rows come, and if wanted go again, a batch at a time.
struct ChangeGenerator {
  var random: SeededGenerator
  let types: [DataType]
  let groups: Int32
  let isRetractable: Bool
  var live = LiveRows()
  private var position: Int64 = 0

  init(_ test: AggregateCase, seed: UInt64, groups: Int32 = 4, isRetractable: Bool) {
    random = SeededGenerator(seed: test.testDescription.utf8.reduce(seed) { ($0 &* 31) &+ UInt64($1) })
    random.isFinite = test.isFinite
    types = test.types
    self.groups = groups
    self.isRetractable = isRetractable
  }

  mutating func batch(_ count: Int) -> [WeightedRow] {
    (0..<count).map { _ in
      // Rows that a generator made of one row share its position.
      if !random.chance(20) { position += 1 }
      var row: WeightedRow
      if isRetractable, random.chance(45), let gone = live.rows.randomElement(using: &random) {
        row = gone
        row.position = position
        row.weight = -1
      } else {
        row = WeightedRow(
          group: Int32.random(in: 0..<groups, using: &random),
          values: types.map { random.value(of: $0) }, position: position)
        if isRetractable, random.chance(10) { row.weight = Int64.random(in: 2...3, using: &random) }
      }
      live.apply(row)
      return row
    }
  }
}

extension AggregateCase {
  func expect(
    _ accumulator: any Accumulator, _ live: LiveRows, groups: Int32, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let column = try accumulator.result(of: Array(0..<groups))
    #expect(column.count == Int(groups), sourceLocation: sourceLocation)
    for group in 0..<groups {
      let rows = live.values(of: group)
      let found = column.value(at: Int(group))
      let expected = meaning(rows)
      #expect(
        isSame(found, expected), "\(what): group \(group) is \(found), not \(expected), over \(rows)",
        sourceLocation: sourceLocation)
    }
  }
}
