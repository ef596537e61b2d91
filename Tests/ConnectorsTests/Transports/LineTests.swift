import Columnar
import Diagnostics
import Testing

@testable import Connectors

/// What the decoder must give: LF or CRLF ends a line, the last one need not end.
func expectedLines(_ bytes: [UInt8]) -> [[UInt8]] {
  var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
  let last = lines.removeLast()
  lines = lines.map { $0.last == 13 ? Array($0.dropLast()) : $0 }
  return last.isEmpty ? lines : lines + [last]
}

/// Bytes in which newlines, long lines and odd bytes all happen.
func randomBytes(_ generator: inout SeededGenerator, count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  let kinds: [[UInt8]] = [
    [10], [13, 10], [13], [0], [0xFF, 0xFE], Array("héllo".utf8), Array("word ".utf8),
  ]
  while bytes.count < count {
    if Int.random(in: 0..<200, using: &generator) == 0 {
      bytes += [UInt8](repeating: 120, count: Int.random(in: 0..<70_000, using: &generator))
    }
    bytes += kinds[Int.random(in: 0..<kinds.count, using: &generator)]
  }
  return bytes
}

@Suite struct LineTests {
  private func decode(_ chunk: Chunk) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    try TextDecoder().decode(chunk.buffer, chunk.start..<chunk.end) { batch in
      #expect(batch.count <= Batch.rowsMax)
      for i in 0..<batch.count {
        guard case .bytes(let bytes) = batch.columns[0].value(at: i) else { continue }
        lines.append(bytes)
      }
    }
    return lines
  }

  /// decode(chunks) == split, wherever the reads end.
  @Test(arguments: 0..<60) func anyChunksGiveTheSameLines(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let bytes = randomBytes(&generator, count: Int.random(in: 0..<600_000, using: &generator))
    let readMax = [1, 7, 64, 1000, 300_000][seed % 5]
    let expected = expectedLines(seed % 5 == 0 ? Array(bytes.prefix(3000)) : bytes)
    let input = seed % 5 == 0 ? Array(bytes.prefix(3000)) : bytes
    var framing = LineFraming(object: "test", lineBytesMax: 1 << 20)
    var lines: [[UInt8]] = []
    var position = 0
    while position < input.count {
      let space = try framing.space()
      #expect(space.count > 0)
      let count = min(input.count - position, space.count, Int.random(in: 1...readMax, using: &generator))
      input.withUnsafeBytes {
        space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<(position + count)]))
      }
      position += count
      if let chunk = try framing.take(count) { lines += try decode(chunk) }
    }
    if let chunk = framing.finish() { lines += try decode(chunk) }
    #expect(lines == expected)
    #expect(framing.offset == Int64(input.count))
  }

  /// The same for records between several bytes, which reads may cut anywhere.
  @Test(arguments: 0..<60) func anyChunksGiveTheSameRecords(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed) + 1000)
    let separator = Array(["||", "ab", "aa", "\r\n|", "aab"][seed % 5].utf8)
    let input = (0..<Int.random(in: 0..<4000, using: &generator)).map { _ in Array("aab|\r\nx".utf8).randomElement(using: &generator) ?? 0 }
    let readMax = [1, 2, 3, 50, 5000][seed % 7 % 5]
    var framing = LineFraming(object: "test", lineBytesMax: 1 << 20, ends: .bytes(separator))
    var records: [[UInt8]] = []
    func decode(_ chunk: Chunk) throws {
      var rest = chunk
      while rest.count > 0 {
        var limit = ReadLimit(rows: Int.random(in: 1...5, using: &generator))
        let (rows, front) = (limit.rows, rest.takeFront(&limit, ends: .bytes(separator)))
        let before = records.count
        try SeparatedTextDecoder(separator: separator, width: 1).decode(front.buffer, front.start..<front.end) { batch in
          for row in 0..<batch.count { if case .bytes(let bytes) = batch.columns[0].value(at: row) { records.append(bytes) } }
        }
        #expect(records.count - before <= rows && records.count - before == rows - limit.rows)
      }
    }
    var position = 0
    while position < input.count {
      let space = try framing.space()
      let count = min(input.count - position, space.count, Int.random(in: 1...readMax, using: &generator))
      space.copyBytes(from: input[position..<(position + count)])
      position += count
      if let chunk = try framing.take(count) { try decode(chunk) }
    }
    if let chunk = framing.finish() { try decode(chunk) }
    #expect(records == Self.split(input, separator))
  }

  /// The records, found the slow way.
  private static func split(_ input: [UInt8], _ separator: [UInt8]) -> [[UInt8]] {
    var (records, record, at): ([[UInt8]], [UInt8], Int) = ([], [], 0)
    while at < input.count {
      if Array(input[at...].prefix(separator.count)) == separator {
        records.append(record)
        record = []
        at += separator.count
      } else {
        record.append(input[at])
        at += 1
      }
    }
    return record.isEmpty ? records : records + [record]
  }

  @Test(arguments: [(1, Int.max), (3, Int.max), (Int.max, 1), (Int.max, 100), (2, 50)])
  func limitsCutAtLines(rows: Int, bytes: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let input = Array(randomBytes(&generator, count: 20_000).prefix(20_000))
    let buffer = input.withUnsafeBytes { ByteBuffer(copying: $0) }
    var rest = Chunk(buffer: buffer, start: 0, end: input.count)
    var lines: [[UInt8]] = []
    while rest.count > 0 {
      var limit = ReadLimit(rows: rows, bytes: bytes)
      let front = rest.takeFront(&limit)
      let decoded = try decode(front)
      #expect(decoded.count >= 1 && decoded.count <= rows)
      #expect(front.count <= bytes || decoded.count == 1)
      if rows < .max { #expect(limit.rows == rows - decoded.count) }
      lines += decoded
    }
    #expect(lines == expectedLines(input))
  }

  @Test func byteOrderMarkIsSkipped() throws {
    var framing = LineFraming(object: "test", lineBytesMax: 100)
    let input: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("a\n".utf8) + [0xEF, 0xBB, 0xBF, 10]
    try framing.space().copyBytes(from: input)
    let chunk = try #require(try framing.take(input.count))
    #expect(try decode(chunk) == [[97], [0xEF, 0xBB, 0xBF]])
    #expect(framing.offset == 9)
  }

  @Test func aLineBeyondTheLimitIsAnErrorWithItsPlace() throws {
    var framing = LineFraming(object: "'big.txt'", lineBytesMax: 1 << 20)
    try framing.space().copyBytes(from: Array("ab\nx".utf8))
    _ = try framing.take(4)
    let error = failure {
      while true {
        let space = try framing.space()
        space.initializeMemory(as: UInt8.self, repeating: 120)
        _ = try framing.take(space.count)
      }
    }
    #expect(error?.errorClass == "LINE_TOO_LONG")
    #expect(error?.message == "'big.txt': the line that starts at byte 3 is longer than 1048576 bytes")
  }

  @Test func countingNeedsNoColumn() throws {
    let input = Array(String(repeating: "ab\n", count: 10_000).utf8) + [97]
    let buffer = input.withUnsafeBytes { ByteBuffer(copying: $0) }
    var counts: [Int] = []
    try TextDecoder([]).decode(buffer, 0..<input.count) { counts.append($0.count) }
    #expect(counts == [4096, 4096, 1809])
  }
}
