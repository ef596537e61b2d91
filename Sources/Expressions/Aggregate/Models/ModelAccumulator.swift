internal import Columnar
internal import Diagnostics

/// The models of groups: numbers that each row moves. Where rows may be taken back they are kept, and a model is learnt anew
/// from all of its rows when one goes.
final class ModelAccumulator: Accumulator {
  private let model: Model
  private var states: [[Double]] = []
  private let kept: OrderedRows?

  init(_ model: Model, keepsRows: Bool) {
    self.model = model
    kept = keepsRows ? OrderedRows(RowCodec(model.inputs.map { RowCodec.Part($0, isNormalized: false) }), isPlaced: false) : nil
  }

  func grow(to count: Int) {
    states.grow(to: count, filler: [])
    kept?.grow(to: count)
  }

  func update(_ input: AggregateInput) throws(SQLError) {
    let operands = Array(input.arguments.prefix(model.inputs.count))
    if let kept {
      kept.update(operands, input, skipsNulls: true)
      return
    }
    let rows = (0..<input.rows).map { Int32(truncatingIfNeeded: $0) }
    try learn(operands.map { $0.flattened(rows: input.rows) }, rows, input.groups, &states)
  }

  /// Rows of `columns`, each by the model of its group, in order.
  private func learn(
    _ columns: [Column], _ rows: [Int32], _ groups: [Int32], _ states: inout [[Double]]
  ) throws(SQLError) {
    guard case .list(let features)? = columns.last, case .float64(let numbers) = features.child else { return }
    var labels: [Double]?
    var validity = features.validity
    if columns.count == 2 {
      guard case .float64(let c) = columns[0] else { return }
      labels = c.values
      validity = Validity.intersection(validity, c.validity)
    }
    for (i, row) in rows.enumerated() {
      let row = Int(row)
      if let validity, !validity[row] { continue }
      let range = Int(features.offsets[row])..<Int(features.offsets[row + 1])
      if let nulls = numbers.validity, range.contains(where: { !nulls[$0] }) { continue }
      let x = numbers.values[range]
      guard model.learn(&states[Int(groups[i])], label: labels?[row] ?? 0, x) else {
        throw SQLError(
          .data, "MODEL_FEATURE_COUNT_MISMATCH", "a row of \(x.count) features among rows of another number",
          hint: "every row that a model learns from has the same features")
      }
    }
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) {
    guard state.count == 2, case .list(let list) = state[0] else { throw .malformedState("a model") }
    if let kept { return try kept.merge([state[1]], into: groups) }
    guard case .float64(let numbers) = list.child else {
      // Models that have seen no row.
      if list.child.count == 0 { return }
      throw .malformedState("a model")
    }
    for (row, group) in groups.enumerated() where list.offsets[row] < list.offsets[row + 1] {
      // Models are never split among workers: this is a restore.
      states[Int(group)] = Array(numbers.values[Int(list.offsets[row])..<Int(list.offsets[row + 1])])
    }
  }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] {
    [
      Column(groups.map { .list(states[Int($0)].map { .float64($0) }) }, type: .array(.double)),
      kept?.state(of: groups) ?? ColumnBuilder.nulls(OrderedRows.stateType(model.inputs), count: groups.count),
    ]
  }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    guard let kept else { return Column(groups.map { model.value(of: states[Int($0)]) }, type: model.type) }
    let (offsets, columns) = try kept.expanded(groups)
    var fresh = [[Double]](repeating: [], count: groups.count)
    var owners: [Int32] = []
    for group in groups.indices {
      owners += [Int32](repeating: Int32(truncatingIfNeeded: group), count: Int(offsets[group + 1] - offsets[group]))
    }
    try learn(columns, owners.indices.map { Int32(truncatingIfNeeded: $0) }, owners, &fresh)
    return Column(fresh.map { model.value(of: $0) }, type: model.type)
  }

  func reset(_ groups: [Int32]) {
    for group in groups { states[Int(group)] = [] }
    kept?.reset(groups)
  }

  var memoryBytes: Int { states.reduce(states.storageBytes) { $0 + $1.storageBytes } + (kept?.memoryBytes ?? 0) }
}
