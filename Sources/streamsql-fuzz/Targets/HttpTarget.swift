import Connectors
import Diagnostics
import Engine
import SeededRandom

extension FuzzTarget {
  /// Answers of web servers: of good ones each line, or each event, is a row, however the body is cut and coded; of broken ones there
  /// are rows or a clean error. What is posted to either of them fails cleanly.
  static let http = FuzzTarget(
    name: "http",
    input: { random in
      var bytes = [UInt8(truncatingIfNeeded: random.below(4)), UInt8(truncatingIfNeeded: random.next())]
      for _ in 0..<random.below(6) {
        bytes += random.chance(in: 3) ? TextMutation.bytes(&random, upTo: 100) : Array(random.element(of: pieces).utf8)
      }
      if random.chance(in: 10) { bytes += [UInt8](repeating: 120, count: random.below(300_000)) }
      return bytes
    },
    run: { bytes in
      guard bytes.count >= 2 else { return nil }
      let body = Array(bytes.dropFirst(2))
      // A seed that is a multiple of seven ends in a reset.
      let seed = UInt64(bytes[1]) * 7 + 1
      switch bytes[0] % 4 {
      case 0: return HttpAnswer(lines: body, seed: seed).problem()
      case 1: return HttpAnswer(events: body, seed: seed).problem()
      case 2: return HttpAnswer(broken: body, seed: UInt64(bytes[1])).problem()
      default: return HttpAnswer(broken: body, seed: UInt64(bytes[1])).problemOfPosting()
      }
    })

  private static let pieces = [
    "one\n", "{\"a\": 1}\n", "\r\n", "\n\n", "data: x\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "HTTP/1.1 200 OK\r\n", "é", "\u{FEFF}",
    "HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad", "HTTP/1.1 307 There\r\nLocation: /x\r\n\r\n", "HTTP/1.1 204 None\r\n\r\n",
    "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: gzip, chunked\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
  ]
}

/// One answer, and how many rows it holds; nil: nobody knows.
private struct HttpAnswer {
  private let bytes: [UInt8]
  private let rowCount: Int?
  private let seed: UInt64

  /// Lines in a body of one of HTTP's forms.
  init(lines body: [UInt8], seed: UInt64) {
    var random = SplitMix(seed: seed)
    let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : body
    rowCount = text.count { $0 == 10 } + (text.isEmpty || text.last == 10 ? 0 : 1)
    bytes = Self.coded(body, type: "text/plain", &random)
    self.seed = seed
  }

  /// Events, one for each byte of the seed text, with comments and fields that say nothing between them.
  init(events text: [UInt8], seed: UInt64) {
    var random = SplitMix(seed: seed)
    let end = random.element(of: ["\n", "\r\n", "\r"])
    var body = random.chance(in: 4) ? "\u{FEFF}" : ""
    for byte in text.prefix(50) {
      for _ in 0...random.below(3) { body += "data: \(byte)\(end)" }
      if random.chance(in: 3) { body += random.element(of: [": hush", "id: \(byte)", "event: e", "retry: 1", "data2: x", "id"]) + end }
      body += end
      if random.chance(in: 3) { body += random.element(of: [end, ": nothing\(end)\(end)", "id: 1\(end)\(end)"]) }
    }
    rowCount = min(50, text.count)
    bytes = Self.coded(Array(body.utf8), type: "text/event-stream; charset=utf-8", &random)
    self.seed = seed
  }

  init(broken bytes: [UInt8], seed: UInt64) {
    var random = SplitMix(seed: seed)
    var bytes = random.chance(in: 3) ? bytes : Self.coded(bytes, type: random.element(of: ["text/plain", "text/event-stream"]), &random)
    for _ in 0..<random.below(4) where !bytes.isEmpty {
      let at = random.below(min(bytes.count, 300))
      if random.chance(in: 2) { bytes.remove(at: at) } else { bytes[at] = UInt8(truncatingIfNeeded: random.next()) }
    }
    self.bytes = bytes
    self.seed = seed
    rowCount = nil
  }

  /// An answer with this body: in chunks, with its length, or up to the end of the connection.
  private static func coded(_ body: [UInt8], type: String, _ random: inout SplitMix) -> [UInt8] {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\n"
    switch random.below(3) {
    case 0: return Array((head + "Content-Length: \(body.count)\r\n\r\n").utf8) + body
    case 1: return Array((head + "Connection: close\r\n\r\n").utf8) + body
    default:
      var bytes = Array((head + "Transfer-Encoding: chunked\r\n\r\n").utf8)
      var start = 0
      while start < body.count {
        let count = min(body.count - start, 1 + random.below(random.chance(in: 2) ? 4 : 100_000))
        let size = String(count, radix: 16, uppercase: random.chance(in: 2))
        bytes += Array((size + (random.chance(in: 4) ? ";name=\"value\"" : "") + "\r\n").utf8) + body[start..<(start + count)] + [13, 10]
        start += count
      }
      return bytes + Array(("0\r\n" + (random.chance(in: 3) ? "Trailer: x\r\n" : "") + "\r\n").utf8)
    }
  }

  func problem() -> String? {
    guard let sender = FuzzSender(bytes, pieceSeed: seed, readsRequest: true) else { return nil }
    defer { sender.join() }
    let fuzz = FuzzSession.run(Array("SELECT * FROM http('http://127.0.0.1:\(sender.port)/') EMIT CHANGES".utf8), connectors: .builtin)
    if let error = fuzz.internalError { return error }
    guard let rowCount, !fuzz.hasRunOut else { return nil }
    if !fuzz.errors.isEmpty { return "a good answer is refused: \(fuzz.errors)" }
    return fuzz.rowCount == rowCount ? nil : "\(fuzz.rowCount) rows of \(rowCount)"
  }

  func problemOfPosting() -> String? {
    guard let sender = FuzzSender(bytes, pieceSeed: seed) else { return nil }
    defer { sender.join() }
    let sql = "INSERT INTO http('http://127.0.0.1:\(sender.port)/', maxRetries => 1, retryDelay => '1 ms') SELECT * FROM range(3)"
    return FuzzSession.run(Array(sql.utf8), connectors: .builtin).internalError
  }
}
