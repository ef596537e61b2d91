import Connectors
import Diagnostics
import Engine
import Glibc

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
      guard kind == 0, fuzz.errors.isEmpty else { return nil }
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

/// Serves bytes to one client after the other on a loopback port, in pieces, and ends at times with a reset.
// @unchecked Sendable: immutable but for `thread`, which its owner alone uses.
private final class FuzzSender: @unchecked Sendable {
  let port: UInt16
  let bytes: [UInt8]
  private let pieceSeed: UInt64
  private let listener: Int32
  private var thread = pthread_t()

  init?(_ bytes: [UInt8], pieceSeed: UInt64) {
    self.bytes = bytes
    self.pieceSeed = pieceSeed
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 4) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
    guard isOpen else { return nil }
    let code = pthread_create(
      &thread, nil,
      { argument in
        argument.map { Unmanaged<FuzzSender>.fromOpaque($0).takeRetainedValue().serve() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else { return nil }
  }

  /// Waits for the thread, which ends when nobody can connect any more.
  func join() {
    shutdown(listener, Int32(SHUT_RDWR))
    pthread_join(thread, nil)
    close(listener)
  }

  private func serve() {
    var random = SplitMix(seed: pieceSeed)
    while true {
      let client = accept(listener, nil, nil)
      if client < 0 { return }
      var start = 0
      while start < bytes.count {
        let count = min(bytes.count - start, 1 + random.below(random.chance(in: 3) ? 5 : 2000))
        let sent = bytes[start..<(start + count)].withUnsafeBytes { send(client, $0.baseAddress, count, Int32(MSG_NOSIGNAL)) }
        if sent <= 0 { break }
        start += sent
        if random.chance(in: 20) { usleep(200) }
      }
      if pieceSeed % 7 == 0 {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      }
      close(client)
    }
  }
}
