import Connectors
import Diagnostics
import Engine
import SeededRandom

extension FuzzTarget {
  /// Any bytes from a TCP sender, in any pieces, in every format: as many rows as lines, or a clean error.
  static let socket = FuzzTarget(
    name: "socket",
    input: { random in
      var bytes = [UInt8(truncatingIfNeeded: random.below(8)), UInt8(truncatingIfNeeded: random.next())]
      for _ in 0...random.below(6) {
        switch random.below(5) {
        case 0: bytes += TextMutation.bytes(&random, upTo: 200)
        case 1: bytes += [10, 13, 10]
        case 2: bytes += [UInt8](repeating: 120, count: random.below(3000))
        default: bytes += Array(random.element(of: SocketPieces.all).utf8)
        }
      }
      return bytes
    },
    run: { bytes in
      guard bytes.count >= 2, let sender = FuzzSender(Array(bytes.dropFirst(2)), pieceSeed: UInt64(bytes[1])) else { return nil }
      defer { sender.join() }
      let columns = "a INT, b STRING, c STRUCT<d: ARRAY<DOUBLE>, e: TIMESTAMP>"
      let sources = [
        "socket('127.0.0.1:\(sender.port)')", "socket('127.0.0.1:\(sender.port)', maxLineBytes => 1000)",
        "socket('127.0.0.1:\(sender.port)', format => 'json', schema => '\(columns)')",
        "socket('127.0.0.1:\(sender.port)', format => 'csv', schema => 'a INT, b STRING, c DATE', header => true)",
        "socket('127.0.0.1:\(sender.port)', format => 'debezium-json', mode => 'DROPMALFORMED', schema => '\(columns)')",
        "socket('127.0.0.1:\(sender.port)', format => 'debezium-json', schema => '\(columns)')",
        "http('http://127.0.0.1:\(sender.port)/')",
        "http('http://127.0.0.1:\(sender.port)/', format => 'json', schema => '\(columns)', maxLineBytes => 500)",
      ]
      let kind = Int(bytes[0]) % sources.count
      let fuzz = FuzzSession.run(Array("SELECT * FROM \(sources[kind]) EMIT CHANGES".utf8), connectors: .builtin)
      if let error = fuzz.internalError { return error }
      guard kind == 0, fuzz.errors.isEmpty, !fuzz.hasRunOut else { return nil }
      let content = sender.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(sender.bytes.dropFirst(3)) : sender.bytes
      let expected = content.count { $0 == 10 } + (content.isEmpty || content.last == 10 ? 0 : 1)
      return fuzz.rowCount == expected ? nil : "\(fuzz.rowCount) rows of \(expected) lines"
    })
}

/// What senders say, to be cut and mixed.
private enum SocketPieces {
  static let all = [
    "{\"a\": 1, \"b\": \"x\", \"c\": {\"d\": [1.5, null], \"e\": \"2024-01-01 00:00:00\"}}\n", "{\"a\": \"1\"}\n", "{\"b\": \"\\ud800\"}\n",
    "{\"op\": \"c\", \"after\": {\"a\": 1}}\n", "{\"op\": \"u\", \"before\": {\"a\": 1}, \"after\": {\"a\": 2}}\n", "null\n",
    "{\"payload\": {\"op\": \"d\", \"before\": {\"b\": null}}}\n", "{\"op\": \"d\"}\n", "{\"op\":", "1,\"x\ny\",2024-01-31\n", "a,b,c\n",
    "HTTP/1.1 200 OK\r\n", "Transfer-Encoding: chunked\r\n", "Content-Type: text/event-stream\r\n", "Content-Length: 5\r\n", "\r\n",
    "5\r\nhello\r\n", "0\r\n\r\n", "data: x\n\n", "id: 7\nretry: 1\ndata: {\"a\": 1}\ndata: 2\n\n", ": c\r\r",
    "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "FFFFFFFFFFFFFFFF\r\n", "-1;x=y\r\n",
  ]
}
