import Columnar

/// A query, what arrives for it, and when steps end: all that a run needs.
struct QueryCase {
  enum Event {
    /// Rows with weights for a table; a negative weight takes back what came before.
    case push(table: Int, rows: [(values: [Value], weight: Int64)])
    case flush
  }

  var plan: ReferencePlan
  var isAppendOnly: [Bool]
  var events: [Event]

  /// Random arrivals: several steps of several pushes, of one row or many, with duplicates and, where the table allows,
  /// rows that go again.
  static func events(_ generator: inout SeededGenerator, isAppendOnly: [Bool]) -> [Event] {
    var live: [[[Value]]] = isAppendOnly.map { _ in [] }
    var events: [Event] = []
    for _ in 0..<generator.number(1...4) {
      for _ in 0..<generator.number(0...4) {
        let table = generator.number(0...isAppendOnly.count - 1)
        var rows: [(values: [Value], weight: Int64)] = []
        for _ in 0..<generator.pick([1, 1, 2, 8]) {
          if !isAppendOnly[table], !live[table].isEmpty, generator.chance(45) {
            let gone = live[table].remove(at: generator.number(0...live[table].count - 1))
            rows.append((gone, -1))
          } else {
            let isRepeated = !live[table].isEmpty && generator.chance(25)
            let values = isRepeated ? generator.pick(live[table]) : row(&generator, table)
            let weight = isAppendOnly[table] ? 1 : generator.pick([1, 1, 1, 2])
            for _ in 0..<weight { live[table].append(values) }
            rows.append((values, Int64(weight)))
          }
        }
        events.append(.push(table: table, rows: rows))
      }
      events.append(.flush)
    }
    return events
  }

  private static func row(_ generator: inout SeededGenerator, _ table: Int) -> [Value] {
    ReferencePlan.tables[table].map { generator.value(of: $0.type) }
  }

  /// Whether no row is taken back before it came.
  var isSound: Bool {
    var balance: [String: Int64] = [:]
    for case .push(let table, let rows) in events {
      for row in rows {
        balance["\(table)|\(ReferenceOrder.text(row.values))", default: 0] += row.weight
        if balance["\(table)|\(ReferenceOrder.text(row.values))", default: 0] < 0 { return false }
      }
    }
    return true
  }

  /// The answer of the reference at each flush, as text of its rows in order of content.
  func expected() -> [[String]] {
    var tables: [[ReferenceRow]] = isAppendOnly.map { _ in [] }
    var answers: [[String]] = []
    var position = 0
    for event in events {
      switch event {
      case .flush: answers.append(plan.rows(tables).map { ReferenceOrder.text($0.values) }.sorted())
      case .push(let table, let rows):
        for row in rows {
          for _ in 0..<max(row.weight, 0) {
            tables[table].append(ReferenceRow(values: row.values, position: position))
          }
          for _ in 0..<max(-row.weight, 0) {
            let text = ReferenceOrder.text(row.values)
            if let gone = tables[table].lastIndex(where: { ReferenceOrder.text($0.values) == text }) {
              tables[table].remove(at: gone)
            }
          }
          position += 1
        }
      }
    }
    return answers
  }

  // MARK: Shrinking

  /// Smaller cases that may fail as well.
  var smaller: [QueryCase] {
    var result: [QueryCase] = []
    for input in plan.inputs { result.append(QueryCase(plan: input, isAppendOnly: isAppendOnly, events: events)) }
    for (i, event) in events.enumerated() {
      var without = events
      without.remove(at: i)
      result.append(QueryCase(plan: plan, isAppendOnly: isAppendOnly, events: without))
      if case .push(let table, let rows) = event, rows.count > 1 {
        for row in rows.indices {
          var fewer = rows
          fewer.remove(at: row)
          var changed = events
          changed[i] = .push(table: table, rows: fewer)
          result.append(QueryCase(plan: plan, isAppendOnly: isAppendOnly, events: changed))
        }
      }
    }
    return result.filter(\.isSound)
  }
}

extension QueryCase: CustomStringConvertible {
  var description: String {
    let lines = events.map { event in
      switch event {
      case .flush: "  flush"
      case .push(let table, let rows):
        "  t\(table)\(isAppendOnly[table] ? "" : " (retractable)"): "
          + rows.map { "\($0.weight > 0 ? "+" : "")\($0.weight) \(ReferenceOrder.text($0.values))" }.joined(separator: "; ")
      }
    }
    return ([plan.sql] + lines).joined(separator: "\n")
  }
}
