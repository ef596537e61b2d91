import Glibc

/// A text of lines of space-separated words drawn evenly from a fixed vocabulary, the same on every machine.
struct WordData {
  let path: String
  let bytes: Int

  static let vocabularySize = 100_000

  /// Writes the file unless one of this size is there.
  func prepare() -> Bool {
    var info = stat()
    if stat(path, &info) == 0, Int(info.st_size) == bytes { return true }
    guard let file = fopen(path, "w") else { return false }
    defer { fclose(file) }
    var random = SplitMix(state: 42)
    let words = vocabulary(&random)
    var buffer: [UInt8] = []
    buffer.reserveCapacity(1 << 20)
    var written = 0
    while written < bytes {
      buffer.removeAll(keepingCapacity: true)
      while buffer.count < (1 << 20) - 256 {
        for position in 0..<12 {
          if position > 0 { buffer.append(32) }
          buffer.append(contentsOf: words[Int(random.next() % UInt64(words.count))])
        }
        buffer.append(10)
      }
      let count = min(buffer.count, bytes - written)
      if fwrite(buffer, 1, count, file) != count { return false }
      written += count
    }
    return true
  }

  /// Distinct words of 3 to 10 letters.
  private func vocabulary(_ random: inout SplitMix) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    var words: [[UInt8]] = []
    while words.count < WordData.vocabularySize {
      let length = 3 + Int(random.next() % 8)
      let word = (0..<length).map { _ in UInt8(97 + random.next() % 26) }
      if seen.insert(word).inserted { words.append(word) }
    }
    return words
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
