internal import Columnar

/// Fills slots with generated values, a column after the other.
struct DatagenWriter {
  private static let digits = Array("0123456789abcdef".utf8)

  private let slots: UnsafeMutablePointer<ColumnSlot>
  private let seed: UInt64
  /// The time of each row.
  private let nowMicros: [Int64]
  private let rows: [Int64]
  private(set) var arena = ByteArena()
  private var text: [UInt8] = []

  init(_ table: SlotTable, seed: UInt64, nowMicros: [Int64], rows: [Int64]) {
    slots = table.slots
    self.seed = seed
    self.nowMicros = nowMicros
    self.rows = rows
  }

  /// - Parameter column: numbers the column, so that columns differ.
  mutating func fill(_ slot: Int, _ recipe: DatagenRecipe, column: Int) {
    fill(slot, recipe, salt: UInt64(truncatingIfNeeded: column + 1), keys: rows, row: Array(rows.indices))
  }

  /// - Parameters:
  ///   - keys: what the random numbers of each value come from: the row, or the place in a list.
  ///   - row: the row that each value belongs to.
  private mutating func fill(_ slot: Int, _ recipe: DatagenRecipe, salt: UInt64, keys: [Int64], row: [Int]) {
    let seed = seed &+ salt &* 0xA24B_AED4_963E_E407
    switch recipe.kind {
    case .structure:
      for _ in keys { slots[slot].appendPresent() }
      for (index, part) in recipe.parts.enumerated() {
        let own = salt &* 31 &+ UInt64(truncatingIfNeeded: index + 1)
        fill(slots[slot].firstChild + index, part, salt: own, keys: keys, row: row)
      }
    case .list(let length, let varies):
      var childKeys: [Int64] = []
      var childRows: [Int] = []
      for (index, key) in keys.enumerated() {
        var random = NexmarkRandom(seed: seed, event: key)
        let isNull = isNull(recipe, &random)
        let count = varies ? Int(random.below(Int64(length) + 1)) : length
        if !isNull {
          for element in 0..<count {
            childKeys.append(Int64(bitPattern: random.next() &+ UInt64(element)))
            childRows.append(row[index])
          }
        }
        if isNull { slots[slot].appendNull() } else { slots[slot].append(Int32(0)) }
        slots[slot].setEndOffset(childKeys.count, ofRow: slots[slot].count - 1)
      }
      for (index, part) in recipe.parts.enumerated() {
        let own = salt &* 31 &+ UInt64(truncatingIfNeeded: index + 1)
        fill(slots[slot].firstChild + index, part, salt: own, keys: childKeys, row: childRows)
      }
    default:
      for (index, key) in keys.enumerated() {
        var random = NexmarkRandom(seed: seed, event: key)
        if isNull(recipe, &random) { slots[slot].appendNull() } else { scalar(slot, recipe, key, nowMicros[row[index]], &random) }
      }
    }
  }

  private func isNull(_ recipe: DatagenRecipe, _ random: inout NexmarkRandom) -> Bool {
    recipe.nullRate > 0 && unit(&random) < recipe.nullRate
  }

  /// From 0 up to below 1.
  private func unit(_ random: inout NexmarkRandom) -> Double { Double(random.next() &>> 11) * 0x1p-53 }

  private mutating func scalar(
    _ slot: Int, _ recipe: DatagenRecipe, _ key: Int64, _ now: Int64, _ random: inout NexmarkRandom
  ) {
    switch recipe.kind {
    case .sequence(let start, _): number(slot, start &+ key, recipe)
    case .integers(let least, let greatest):
      // The whole range of 64 bits has no width that fits.
      let width = UInt64(bitPattern: greatest &- least) &+ 1
      let offset = width == 0 ? random.next() : random.next().multipliedFullWidth(by: width).high
      number(slot, least &+ Int64(bitPattern: offset), recipe)
    case .reals(let least, let greatest): real(slot, least + unit(&random) * (greatest - least), recipe)
    case .bool: slots[slot].append(random.next() & 1 == 1)
    case .text(let length, let varies):
      string(slot, count: varies ? Int(random.below(Int64(length) + 1)) : length, &random)
    case .moment(let past):
      let micros = now &- (past > 0 ? random.below(past) : 0)
      if slots[slot].kind == .date {
        slots[slot].append(Int32(clamping: micros / Micros.perDay))
      } else {
        // Flink's times have milliseconds.
        slots[slot].append(micros / 1000 * 1000)
      }
    case .list, .structure: slots[slot].appendNull()
    }
  }

  private mutating func number(_ slot: Int, _ value: Int64, _ recipe: DatagenRecipe) {
    switch slots[slot].kind {
    case .int8: slots[slot].append(Int8(truncatingIfNeeded: value))
    case .int16: slots[slot].append(Int16(truncatingIfNeeded: value))
    case .int32: slots[slot].append(Int32(truncatingIfNeeded: value))
    case .int64: slots[slot].append(value)
    case .float32: slots[slot].append(Float(value))
    case .float64: slots[slot].append(Double(value))
    case .decimal: slots[slot].append(Int128(value) &* recipe.unit)
    default:
      text = Array("\(value)".utf8)
      putText(slot)
    }
  }

  private func real(_ slot: Int, _ value: Double, _ recipe: DatagenRecipe) {
    switch slots[slot].kind {
    case .float32: slots[slot].append(Float(value))
    case .float64: slots[slot].append(value)
    default:
      let unscaled = Int128(exactly: (value * Double(recipe.unit)).rounded(.towardZero)) ?? recipe.unscaledMax
      slots[slot].append(max(-recipe.unscaledMax, min(recipe.unscaledMax, unscaled)))
    }
  }

  private mutating func string(_ slot: Int, count: Int, _ random: inout NexmarkRandom) {
    var bits: UInt64 = 0
    for index in 0..<count {
      if index % 16 == 0 { bits = random.next() }
      text.append(Self.digits[Int(bits & 15)])
      bits >>= 4
    }
    putText(slot)
  }

  private mutating func putText(_ slot: Int) {
    text.withUnsafeBytes { slots[slot].appendBytes($0, &arena) }
    text.removeAll(keepingCapacity: true)
  }
}
