/// Stream–stream joins with bounds on time, a row at a time and from first principles: whether a row can match anything is
/// found by trying all times, in whole seconds.
struct ReferenceTimedJoin {
  enum Kind: String, CaseIterable {
    case inner = "JOIN", left = "LEFT JOIN", right = "RIGHT JOIN", full = "FULL JOIN"
    case semi = "LEFT SEMI JOIN", anti = "LEFT ANTI JOIN"
  }

  struct Row {
    var time: Int?
    var key: Int?
    var id: Int
    var isMatched = false
    var text: String { "\(id)" }
  }

  enum Side { case left, right }

  var kind: Kind
  /// Which right times a left time meets; nil: no bound.
  var lowest: Int?
  var highest: Int?
  /// The times are equal, not merely within a range.
  var isExact: Bool
  /// Rows without a match are shown when they are over only.
  var isFinal: Bool
  /// Sides whose times the watermark is about.
  var watermarked: (left: Bool, right: Bool)

  private var lefts: [Row] = []
  private var rights: [Row] = []
  private(set) var lateCount = 0
  /// What has come out in all, for modes that take rows back.
  private(set) var total: [String: Int] = [:]

  init(kind: Kind, lowest: Int?, highest: Int?, isExact: Bool, isFinal: Bool, watermarked: (left: Bool, right: Bool)) {
    self.kind = kind
    self.lowest = lowest
    self.highest = highest
    self.isExact = isExact
    self.isFinal = isFinal
    self.watermarked = watermarked
  }

  var keptCount: Int { lefts.count + rights.count }

  /// One step: what comes out in it where nothing is ever taken back.
  mutating func step(_ arrivals: [(Side, Row)], before: Int?, after: Int?) -> [String] {
    var output: [String] = []
    let old = (lefts.count, rights.count)
    for (side, row) in arrivals {
      // Without a key a row is none of the join, unless it is shown alone.
      if row.key == nil, lone(row, side) == nil { continue }
      if isLate(row, side, before) {
        lateCount += 1
      } else if side == .left {
        lefts.append(row)
      } else {
        rights.append(row)
      }
    }
    let wasMatched = (lefts.map(\.isMatched), rights.map(\.isMatched))
    for l in lefts.indices {
      for r in rights.indices where (l >= old.0 || r >= old.1) && meet(lefts[l], rights[r]) {
        lefts[l].isMatched = true
        rights[r].isMatched = true
        if kind != .semi && kind != .anti { output.append("\(lefts[l].text)|\(rights[r].text)") }
      }
    }
    if kind == .semi {
      for l in lefts.indices where lefts[l].isMatched && !wasMatched.0[l] { output.append(lefts[l].text) }
    }
    for row in output { total[row, default: 0] += 1 }
    noteLone(old, wasMatched)
    let overLefts = lefts.filter { !isKept($0, .left, after) && !$0.isMatched }
    let overRights = rights.filter { !isKept($0, .right, after) && !$0.isMatched }
    lefts = lefts.filter { isKept($0, .left, after) }
    rights = rights.filter { isKept($0, .right, after) }
    if isFinal { output += overLefts.compactMap { lone($0, .left) } + overRights.compactMap { lone($0, .right) } }
    return output
  }

  /// Where rows without a match are shown at once: those that came, and those that have found one.
  private mutating func noteLone(_ old: (Int, Int), _ wasMatched: ([Bool], [Bool])) {
    for (side, rows, before, flags) in [(Side.left, lefts, old.0, wasMatched.0), (.right, rights, old.1, wasMatched.1)] {
      for (i, row) in rows.enumerated() {
        guard let text = lone(row, side) else { continue }
        if i >= before {
          if !row.isMatched { total[text, default: 0] += 1 }
        } else if row.isMatched && !flags[i] {
          total[text, default: 0] -= 1
        }
      }
    }
  }

  private func lone(_ row: Row, _ side: Side) -> String? {
    switch (kind, side) {
    case (.left, .left), (.full, .left): "\(row.text)|NULL"
    case (.right, .right), (.full, .right): "NULL|\(row.text)"
    case (.anti, .left): row.text
    default: nil
    }
  }

  private func meet(_ l: Row, _ r: Row) -> Bool {
    guard let a = l.time, let b = r.time, let k = l.key, k == r.key else { return false }
    return meet(a, b)
  }

  private func meet(_ left: Int, _ right: Int) -> Bool {
    if let lowest, right - left < lowest { return false }
    if let highest, right - left > highest { return false }
    return true
  }

  /// Times that are tried around a time.
  private static let reach = 200

  /// Whether some time of the other side meets this one and satisfies `condition`.
  private func meetsSome(_ time: Int, _ side: Side, where condition: (Int) -> Bool) -> Bool {
    (time - Self.reach...time + Self.reach).contains { other in
      (side == .left ? meet(time, other) : meet(other, time)) && condition(other)
    }
  }

  /// Rows of the other side may come whenever they like, or match rows however old.
  func isNeverOver(_ side: Side) -> Bool {
    if (side == .left ? highest : lowest) == nil { return true }
    return !isExact && !(side == .left ? watermarked.right : watermarked.left)
  }

  /// Whether rows without a match come out for good.
  var isEverFinal: Bool {
    switch kind {
    case .inner, .semi: true
    case .left, .anti: !isNeverOver(.left)
    case .right: !isNeverOver(.right)
    case .full: !isNeverOver(.left) || !isNeverOver(.right)
    }
  }

  /// Kept as long as a row that is still to come might match. A range is left open one moment longer, as in Spark.
  private func isKept(_ time: Int, _ side: Side, _ watermark: Int) -> Bool {
    if isNeverOver(side) { return true }
    return time > watermark || meetsSome(time, side) { isExact ? $0 > watermark : $0 >= watermark }
  }

  private func isKept(_ row: Row, _ side: Side, _ watermark: Int?) -> Bool {
    if isNeverOver(side) { return true }
    guard let time = row.time else { return false }
    return watermark.map { isKept(time, side, $0) } ?? true
  }

  /// Late: no row that is to come or that is kept can match.
  private func isLate(_ row: Row, _ side: Side, _ watermark: Int?) -> Bool {
    guard side == .left ? watermarked.left : watermarked.right else { return false }
    guard let time = row.time, let watermark, lowest != nil, highest != nil else { return false }
    return !isKept(time, side, watermark)
      && !meetsSome(time, side) { $0 > watermark || isKept($0, side == .left ? .right : .left, watermark) }
  }
}
