/// Which rows of a column hold a value: one bit a row, set = valid. `nil` in a column means all are.
public struct Validity: Sendable, Hashable {
  public private(set) var words: [UInt64]
  public private(set) var count: Int

  /// All rows valid or all null.
  public init(repeating valid: Bool, count: Int) {
    words = Array(repeating: valid ? ~0 : 0, count: (count + 63) / 64)
    self.count = count
    clearTail()
  }

  /// Row i is valid where `isValid(i)`.
  @inlinable public init(count: Int, where isValid: (Int) -> Bool) {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for i in 0..<count where isValid(i) { words[i >> 6] |= 1 &<< UInt64(i & 63) }
    self.init(words: words, count: count)
  }

  public init(words: [UInt64], count: Int) {
    self.words = words
    self.count = count
    clearTail()
  }

  private mutating func clearTail() {
    if count & 63 != 0, let last = words.indices.last { words[last] &= (1 << UInt64(count & 63)) - 1 }
  }

  @inlinable public subscript(_ row: Int) -> Bool {
    words[row >> 6] &>> UInt64(row & 63) & 1 == 1
  }

  public mutating func set(_ row: Int, _ valid: Bool) {
    let bit: UInt64 = 1 << UInt64(row & 63)
    if valid { words[row >> 6] |= bit } else { words[row >> 6] &= ~bit }
  }

  public mutating func append(_ valid: Bool) {
    if count & 63 == 0 { words.append(0) }
    if valid { words[count >> 6] |= 1 << UInt64(count & 63) }
    count += 1
  }

  public mutating func append(_ valid: Bool, count repeats: Int) {
    for _ in 0..<repeats { append(valid) }
  }

  public var validCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  public var isAllValid: Bool { validCount == count }

  /// Rows valid in both; `nil` is all valid.
  public static func intersection(_ a: Validity?, _ b: Validity?) -> Validity? {
    guard let a else { return b }
    guard let b else { return a }
    var words = a.words
    for i in words.indices { words[i] &= b.words[i] }
    return Validity(words: words, count: a.count)
  }
}
