import Columnar
import Diagnostics
import Expressions

/// Makes the rows that are shown of matches: measures, partition columns, and with ALL ROWS PER MATCH the matched rows.
///
/// All matches of a step at once: every navigation is resolved to rows first, then evaluated as a column.
struct MatchOutput {
  let spec: RowPatternSpec
  let program: PatternProgram

  /// A row of the output.
  private struct Row {
    var match: Int
    /// The row of the match that it is for, counted from its start; measures see the match up to it.
    var index: Int
    /// The slot that partition columns and input columns are read from.
    var slot: Int32
    /// Rows of the match that measures see.
    var seen: Int
    var isUnmatched: Bool
  }

  struct Result {
    var batch: Batch
    /// For each output row the slot it was made of.
    var slots: [Int32]
  }

  /// The output of `matches`, in their order.
  func rows(
    of matches: [FoundMatch], in partitions: [MatchPartition], reader: RowReader, evaluation: EvaluationContext
  ) throws(SQLError) -> Result {
    let rows = shownRows(matches, partitions)
    let slots = rows.map(\.slot)
    var values: [Column] = []
    for navigation in spec.measureNavigations {
      values.append(try column(navigation, rows, matches, partitions, reader, evaluation))
    }
    let navigated = Batch(values, count: rows.count)
    let hidden = rows.contains(where: \.isUnmatched) ? Validity(count: rows.count) { !rows[$0].isUnmatched } : nil
    var columns: [Column] = []
    for (column, field) in zip(spec.output, spec.fields) {
      switch column {
      case .partition(let index): columns.append(try reader.values(of: spec.partition[index], at: slots))
      case .input(let expression): columns.append(try reader.values(of: expression, at: slots))
      case .measure(let index):
        let measure = try reader.evaluator.column(spec.measures[index], over: navigated)
        columns.append(
          hidden == nil ? measure : measure.typed(field.type).with(validity: Validity.intersection(hidden, measure.validity)))
      }
    }
    return Result(batch: Batch(columns, count: rows.count), slots: slots)
  }

  private func shownRows(_ matches: [FoundMatch], _ partitions: [MatchPartition]) -> [Row] {
    var rows: [Row] = []
    for (index, match) in matches.enumerated() {
      let partition = partitions[Int(match.partition)]
      let first = partition.slot(match.start)
      guard let path = match.path else {
        rows.append(Row(match: index, index: 0, slot: first, seen: 0, isUnmatched: true))
        continue
      }
      if spec.rowsPerMatch == .one {
        rows.append(
          Row(match: index, index: max(path.count - 1, 0), slot: first, seen: path.count, isUnmatched: false))
        continue
      }
      if path.isEmpty, spec.rowsPerMatch != .all(showsEmpty: false) {
        rows.append(Row(match: index, index: 0, slot: first, seen: 0, isUnmatched: false))
      }
      for (row, pc) in path.enumerated() where !program.isExcluded(at: pc) {
        rows.append(
          Row(match: index, index: row, slot: partition.slot(match.start + row), seen: row + 1, isUnmatched: false))
      }
    }
    return rows
  }

  // MARK: Navigations

  private func column(
    _ navigation: RowNavigation, _ rows: [Row], _ matches: [FoundMatch], _ partitions: [MatchPartition],
    _ reader: RowReader, _ evaluation: EvaluationContext
  ) throws(SQLError) -> Column {
    switch navigation.value {
    case .matchNumber: return .int64(PrimitiveColumn(rows.map { matches[$0.match].number }))
    case .expression(let expression):
      let slots = places(navigation, rows, matches).enumerated().map { row, place -> Int32 in
        let match = matches[rows[row].match]
        return place < 0 ? -1 : partitions[Int(match.partition)].slot(match.start + place + navigation.step)
      }
      return try reader.values(of: expression, at: slots)
    case .classifier:
      let names = places(navigation, rows, matches).enumerated().map { row, place -> Value in
        guard place >= 0, let path = matches[rows[row].match].path else { return .null }
        return .string(spec.variables[program.variable(at: path[place])].name)
      }
      return Column(names, type: .string)
    case .aggregate(let aggregate, let arguments):
      return try self.aggregate(
        navigation, aggregate, arguments, rows, matches, partitions, reader, evaluation)
    }
  }

  private func belongs(_ pc: Int32, to navigation: RowNavigation) -> Bool {
    navigation.variables?.contains(program.variable(at: pc)) ?? true
  }

  /// For each output row the row of its match that the navigation finds (before PREV and NEXT), or −1.
  private func places(_ navigation: RowNavigation, _ rows: [Row], _ matches: [FoundMatch]) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(rows.count)
    var match = -1
    // Rows of the match that count, up to where the output has come.
    var hits: [Int] = []
    var seen = 0
    for row in rows {
      if row.match != match {
        match = row.match
        hits = []
        seen = 0
      }
      let path = matches[match].path ?? []
      let end = navigation.isFinal ? path.count : row.seen
      while seen < end {
        if belongs(path[seen], to: navigation) { hits.append(seen) }
        seen += 1
      }
      if hits.count <= navigation.offset {
        places.append(-1)
      } else {
        places.append(hits[navigation.isFromFirst ? navigation.offset : hits.count - 1 - navigation.offset])
      }
    }
    return places
  }

  private func aggregate(
    _ navigation: RowNavigation, _ aggregate: BoundAggregate, _ arguments: [BoundExpression], _ rows: [Row],
    _ matches: [FoundMatch], _ partitions: [MatchPartition], _ reader: RowReader, _ evaluation: EvaluationContext
  ) throws(SQLError) -> Column {
    let accumulator = aggregate.make(false)
    accumulator.grow(to: matches.count)
    func add(_ places: [(match: Int, place: Int)]) throws(SQLError) {
      if places.isEmpty { return }
      let slots = places.map { partitions[Int(matches[$0.match].partition)].slot(matches[$0.match].start + $0.place) }
      let batch = reader.rows(slots, for: arguments)
      var operands: [Operand] = []
      for argument in arguments { operands.append(try reader.evaluator.evaluate(argument, over: batch)) }
      let input = AggregateInput(
        rows: places.count, groups: places.map { Int32($0.match) }, arguments: operands, weights: nil,
        order: .sequence(from: 0), context: evaluation, span: spec.span)
      do { try accumulator.update(input) } catch { throw error.located(at: spec.span) }
    }
    func results(_ groups: [Int32]) throws(SQLError) -> Column {
      do { return try accumulator.result(of: groups) } catch { throw error.located(at: spec.span) }
    }
    let isWhole = navigation.isFinal || spec.rowsPerMatch == .one
    if isWhole {
      var places: [(Int, Int)] = []
      for (index, match) in matches.enumerated() {
        for (place, pc) in (match.path ?? []).enumerated() where belongs(pc, to: navigation) { places.append((index, place)) }
      }
      try add(places)
      return try results(rows.map { Int32($0.match) })
    }
    // Running: a row at a time, since each output row sees another state.
    var pieces: [Column] = []
    var match = -1
    var seen = 0
    for row in rows {
      if row.match != match {
        match = row.match
        seen = 0
      }
      let path = matches[match].path ?? []
      try add((seen..<max(row.seen, seen)).filter { belongs(path[$0], to: navigation) }.map { (match, $0) })
      seen = max(seen, row.seen)
      pieces.append(try results([Int32(match)]))
    }
    return Column.concatenate(pieces, type: navigation.type)
  }
}

extension Column {
  /// NULLs under the layout of a type.
  fileprivate func typed(_ type: DataType) -> Column {
    if case .null(let count) = self { return ColumnBuilder.nulls(type, count: count) }
    return self
  }
}
