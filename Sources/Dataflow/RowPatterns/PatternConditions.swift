import Columnar
import Diagnostics
import Expressions

/// The conditions of DEFINE: those that look at their row (and rows beside it) alone are judged once a row, as bits; those
/// that look back into their match are evaluated for many ways at once, from what each way keeps of its rows.
final class PatternConditions {
  /// Rows whose conditions are computed at once.
  private static let rowsPerVerdict = 16_384

  private let spec: RowPatternSpec
  let registers: PatternRegisters
  let aggregates: PatternAggregates
  /// The bit of each variable whose condition looks at its row (and the rows beside it) alone; else nil.
  private let bits: [Int?]
  /// What each condition reads.
  private let reads: [[Int]]

  init(_ spec: RowPatternSpec) {
    self.spec = spec
    let reads = spec.variables.map { $0.condition?.columnsUsed.sorted() ?? [] }
    self.reads = reads
    var bits: [Int?] = []
    var used = 0
    for (variable, definition) in spec.variables.enumerated() {
      let isLocal =
        used < UInt64.bitWidth && definition.condition.map { !$0.canFail } ?? false
        && reads[variable].allSatisfy { spec.navigations[$0].isOfCurrentRow(of: variable) }
      bits.append(isLocal ? used : nil)
      if isLocal { used += 1 }
    }
    self.bits = bits
    let distant = spec.variables.indices.filter { bits[$0] == nil }.reduce(into: Set<Int>()) { $0.formUnion(reads[$1]) }
    registers = PatternRegisters(distant.sorted().map { spec.navigations[$0] })
    aggregates = PatternAggregates(spec.navigations, span: spec.span)
  }

  /// They depend on nothing but the row: ways that wait at one place are alike, and one is enough.
  var isPure: Bool { registers.count == 0 && aggregates.isEmpty }

  /// Rows before the first start that conditions and measures may look back at; PREV within a match needs none.
  func lookBack(in program: PatternProgram) -> Int {
    let earliest = program.earliestPositions(variables: spec.variables.count)
    var most = 0
    func note(_ navigation: RowNavigation, rowsOf variables: Set<Int>?) {
      let first = variables.map { $0.compactMap { earliest[$0] }.min() ?? 0 } ?? 0
      most = max(most, -navigation.step - first)
    }
    for (variable, read) in reads.enumerated() {
      for index in read {
        let navigation = spec.navigations[index]
        note(navigation, rowsOf: navigation.isOfCurrentRow(of: variable) ? [variable] : navigation.variables)
      }
    }
    for navigation in spec.measureNavigations { note(navigation, rowsOf: navigation.variables) }
    return most
  }

  /// Whether a row with these verdicts can be taken for a variable; nil: only `evaluate` can tell.
  func holds(_ variable: Int, _ verdicts: UInt64) -> Bool? {
    if let bit = bits[variable] { return verdicts >> UInt64(bit) & 1 == 1 }
    return spec.variables[variable].condition == nil ? true : nil
  }

  /// The verdicts that a row must have to be taken for a variable; nil: they do not tell.
  func mask(of variable: Int) -> UInt64? {
    if let bit = bits[variable] { return 1 << UInt64(bit) }
    return spec.variables[variable].condition == nil ? 0 : nil
  }

  /// Rows of one partition that are judged together with those of others.
  private struct Segment {
    var partition: Int32
    var positions: Range<Int>
  }

  /// Computes the conditions that look at their row alone, for all rows that can be judged now.
  func judge(
    _ partitions: inout [MatchPartition], _ active: [Int32], _ input: PatternInput
  ) throws(SQLError) {
    var segments: [Segment] = []
    var count = 0
    for index in active {
      let judged = partitions[Int(index)].judgedEnd
      let end = input.isEnded ? partitions[Int(index)].end : max(judged, partitions[Int(index)].end - spec.lookAhead)
      var from = judged
      while from < end {
        let to = min(end, from + Self.rowsPerVerdict - count)
        segments.append(Segment(partition: index, positions: from..<to))
        count += to - from
        from = to
        if count < Self.rowsPerVerdict { continue }
        try judge(&partitions, segments, count, input)
        segments.removeAll(keepingCapacity: true)
        count = 0
      }
    }
    if count > 0 { try judge(&partitions, segments, count, input) }
  }

  private func judge(
    _ partitions: inout [MatchPartition], _ segments: [Segment], _ count: Int, _ input: PatternInput
  ) throws(SQLError) {
    var verdicts = [UInt64](repeating: 0, count: count)
    for (variable, bit) in bits.enumerated() {
      guard let bit, let condition = spec.variables[variable].condition else { continue }
      var columns = nothing(count)
      for index in reads[variable] {
        guard case .expression(let expression) = spec.navigations[index].value else { continue }
        let slots = Self.slots(segments, count, of: partitions, shiftedBy: spec.navigations[index].step)
        columns[index] = try input.reader.values(of: expression, at: slots)
      }
      let holding = try input.reader.evaluator.selectedRows(condition, over: Batch(columns, count: count))
      for row in holding { verdicts[Int(row)] |= 1 << UInt64(bit) }
    }
    var at = 0
    for segment in segments {
      partitions[Int(segment.partition)].verdicts.append(contentsOf: verdicts[at..<at + segment.positions.count])
      at += segment.positions.count
    }
  }

  private static func slots(
    _ segments: [Segment], _ count: Int, of partitions: [MatchPartition], shiftedBy step: Int
  ) -> [Int32] {
    var slots: [Int32] = []
    slots.reserveCapacity(count)
    for segment in segments {
      let partition = partitions[Int(segment.partition)]
      for position in segment.positions { slots.append(partition.slot(position + step)) }
    }
    return slots
  }

  /// Evaluates the conditions of a turn that look back into their match.
  func evaluate(_ partitions: [MatchPartition], _ turn: inout PatternTurn, _ input: PatternInput) throws(SQLError) {
    if turn.candidates.isEmpty { return }
    if !aggregates.isEmpty {
      let groups = try aggregates.taking(
        turn.candidates.map(\.slot), for: turn.candidates.map(\.variable), from: turn.candidates.map(\.thread.group),
        reader: input.reader, evaluation: input.evaluation)
      for (index, group) in groups.enumerated() { turn.candidates[index].thread.group = group }
    }
    for (variable, open) in turn.open.enumerated() where !open.isEmpty {
      guard let condition = spec.variables[variable].condition else { continue }
      var columns = nothing(open.count)
      for index in reads[variable] {
        columns[index] = try values(of: index, for: variable, open, partitions, turn, input)
      }
      let holding = try input.reader.evaluator.selectedRows(condition, over: Batch(columns, count: open.count))
      for row in holding { turn.candidates[open[Int(row)]].holds = true }
    }
  }

  private func values(
    of index: Int, for variable: Int, _ open: [Int], _ partitions: [MatchPartition], _ turn: PatternTurn, _ input: PatternInput
  ) throws(SQLError) -> Column {
    let navigation = spec.navigations[index]
    switch navigation.value {
    case .aggregate:
      return try aggregates.values(index, of: open.map { turn.candidates[$0].thread.group }) ?? .null(count: open.count)
    case .matchNumber:
      return .int64(PrimitiveColumn(open.map { partitions[Int(turn.candidates[$0].partition)].matchNumber + 1 }))
    case .classifier:
      // A condition knows only what its own row would be taken for.
      return Column(open.map { _ in Value.string(spec.variables[variable].name) }, type: .string)
    case .expression(let expression):
      let slots = open.map { candidate -> Int32 in
        let candidate = turn.candidates[candidate]
        let position = registers.position(navigation, candidate.thread.registers)
        return position < 0 ? -1 : partitions[Int(candidate.partition)].slot(position + navigation.step)
      }
      return try input.reader.values(of: expression, at: slots)
    }
  }

  private func nothing(_ rows: Int) -> [Column] {
    spec.navigations.map { _ in .null(count: rows) }
  }
}

extension RowNavigation {
  /// Whether it reads the row that is being judged for `variable`, or one beside it.
  func isOfCurrentRow(of variable: Int) -> Bool {
    guard case .expression(let expression) = value, !expression.canFail else { return false }
    return !isFromFirst && offset == 0 && variables?.contains(variable) ?? true
  }
}
