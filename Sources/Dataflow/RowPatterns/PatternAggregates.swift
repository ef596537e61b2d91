import Columnar
import Diagnostics
import Expressions

/// The aggregates that conditions read, one state for each way in which rows may fit.
///
/// A state never changes: taking a row makes a new one out of the old, and a state goes when no thread has it any more.
/// A row costs the same however long the match is.
final class PatternAggregates {
  private struct Entry {
    var navigation: Int
    var variables: Set<Int>?
    var arguments: [BoundExpression]
    var accumulator: any Accumulator
  }

  private let entries: [Entry]
  private let span: SourceSpan
  /// Threads (and candidates) that have each state.
  private var uses: [Int32] = []
  private var free: [Int32] = []

  init(_ navigations: [RowNavigation], span: SourceSpan) {
    self.span = span
    entries = navigations.enumerated().compactMap { index, navigation in
      guard case .aggregate(let aggregate, let arguments) = navigation.value else { return nil }
      return Entry(
        navigation: index, variables: navigation.variables, arguments: arguments, accumulator: aggregate.make(false))
    }
  }

  var isEmpty: Bool { entries.isEmpty }
  var memoryBytes: Int { entries.reduce(uses.count * 8) { $0 + $1.accumulator.memoryBytes } }

  /// New states: of each old one (negative: empty) with a row taken for a variable. Each has one use.
  func taking(
    _ slots: [Int32], for variables: [Int], from old: [Int32], reader: RowReader, evaluation: EvaluationContext
  ) throws(SQLError) -> [Int32] {
    let new = slots.indices.map { _ in allocate() }
    let kept = old.indices.filter { old[$0] >= 0 }
    for entry in entries {
      entry.accumulator.grow(to: uses.count)
      if !kept.isEmpty {
        try entry.accumulator.merge(try entry.accumulator.state(of: kept.map { old[$0] }), into: kept.map { new[$0] })
      }
      let rows = slots.indices.filter { entry.variables?.contains(variables[$0]) ?? true }
      if rows.isEmpty { continue }
      let batch = reader.rows(rows.map { slots[$0] }, for: entry.arguments)
      var arguments: [Operand] = []
      for argument in entry.arguments { arguments.append(try reader.evaluator.evaluate(argument, over: batch)) }
      let input = AggregateInput(
        rows: rows.count, groups: rows.map { new[$0] }, arguments: arguments, weights: nil, order: .sequence(from: 0),
        context: evaluation, span: span)
      do { try entry.accumulator.update(input) } catch { throw error.located(at: span) }
    }
    return new
  }

  /// The values of a navigation for these states.
  func values(_ navigation: Int, of groups: [Int32]) throws(SQLError) -> Column? {
    guard let entry = entries.first(where: { $0.navigation == navigation }) else { return nil }
    do { return try entry.accumulator.result(of: groups) } catch { throw error.located(at: span) }
  }

  func retain(_ group: Int32) {
    if group >= 0 { uses[Int(group)] += 1 }
  }

  func release(_ group: Int32) {
    guard group >= 0 else { return }
    uses[Int(group)] -= 1
    if uses[Int(group)] > 0 { return }
    for entry in entries { entry.accumulator.reset([group]) }
    free.append(group)
  }

  private func allocate() -> Int32 {
    if let group = free.popLast() {
      uses[Int(group)] = 1
      return group
    }
    uses.append(1)
    return Int32(uses.count - 1)
  }
}
