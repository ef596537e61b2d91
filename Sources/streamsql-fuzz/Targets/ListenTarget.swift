import Connectors
import Diagnostics
import Engine
import Glibc
import SeededRandom
import Synchronization

extension FuzzTarget {
  /// Any bytes from several clients at once, in pieces, that hang up, half-close or reset: each line is a row, those of a client in
  /// their order, or a clean error.
  static let listen = FuzzTarget(
    name: "listen",
    input: { random in
      var bytes = [UInt8(truncatingIfNeeded: random.below(4)), UInt8(truncatingIfNeeded: random.next())]
      for _ in 0..<random.below(8) {
        bytes += random.chance(in: 3) ? TextMutation.bytes(&random, upTo: 200) : Array(random.element(of: pieces).utf8)
      }
      return bytes
    },
    run: { bytes in
      guard bytes.count >= 2, let clients = FuzzClients(Array(bytes.dropFirst(2)), seed: UInt64(bytes[1])) else { return nil }
      let isText = bytes[0] % 4 == 0
      let format = ["", ", format => 'json', schema => 'a INT, b STRING'", ", format => 'csv', schema => 'a INT, b STRING'", ", maxLineBytes => 50"]
      let source = "listen('127.0.0.1:\(clients.port)', senders => \(clients.count)\(format[Int(bytes[0] % 4)]))"
      let fuzz = FuzzSession.run(Array("SELECT * FROM \(source) EMIT CHANGES".utf8), connectors: .builtin)
      let sent = clients.join()
      if let error = fuzz.internalError { return error }
      guard isText, fuzz.errors.isEmpty, !fuzz.hasRunOut, let sent else { return nil }
      return fuzz.rowCount == sent ? nil : "\(fuzz.rowCount) rows of \(sent) lines"
    })

  private static let pieces = ["one\n", "{\"a\": 1}\n", "1,x\n", "\r\n", "\n\n", "GET / HTTP/1.1\r\n\r\n", "\u{FEFF}x\n", "no end", "{\"a\":\n"]
}

/// Clients of a port that somebody is about to listen on: each sends the bytes and goes.
// @unchecked Sendable: immutable but for `thread`, which its owner alone uses.
private final class FuzzClients: @unchecked Sendable {
  let port: UInt16
  let count: Int
  private let bytes: [UInt8]
  private let seed: UInt64
  private let isOver = Atomic<Bool>(false)
  private let hasReset = Atomic<Bool>(false)
  private var thread = pthread_t()

  init?(_ bytes: [UInt8], seed: UInt64) {
    self.bytes = bytes
    self.seed = seed
    count = 1 + Int(seed % 3)
    // A port that was free just now.
    let probe = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = Self.address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(probe, $0, size) == 0 && getsockname(probe, $0, &size) == 0 }
    }
    close(probe)
    port = UInt16(bigEndian: address.sin_port)
    guard isBound else { return nil }
    let code = pthread_create(
      &thread, nil,
      { argument in
        argument.map { Unmanaged<FuzzClients>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else { return nil }
  }

  /// Waits for the clients, which find nobody any more: the lines they sent, or nil if some may be lost by a reset.
  func join() -> Int? {
    isOver.store(true, ordering: .relaxed)
    pthread_join(thread, nil)
    if hasReset.load(ordering: .relaxed) { return nil }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    return count * (text.count { $0 == 10 } + (text.isEmpty || text.last == 10 ? 0 : 1))
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private func run() {
    var random = SplitMix(seed: seed)
    var clients: [Int32] = []
    while clients.count < count, let client = connected() { clients.append(client) }
    var starts = clients.map { _ in 0 }
    while let open = starts.indices.filter({ starts[$0] < bytes.count }).randomElement(using: &random) {
      let piece = min(bytes.count - starts[open], 1 + random.below(random.chance(in: 2) ? 3 : 500))
      let sent = bytes[starts[open]..<(starts[open] + piece)].withUnsafeBytes { send(clients[open], $0.baseAddress, piece, Int32(MSG_NOSIGNAL)) }
      starts[open] = sent > 0 ? starts[open] + sent : bytes.count
    }
    for client in clients { leave(client, &random) }
  }

  private func leave(_ client: Int32, _ random: inout SplitMix) {
    switch random.below(5) {
    case 0:
      hasReset.store(true, ordering: .relaxed)
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    case 1:
      // Says that nothing more will come, and waits for the other side to hang up.
      shutdown(client, Int32(SHUT_WR))
      var byte: UInt8 = 0
      while recv(client, &byte, 1, 0) > 0 {}
    default: break
    }
    close(client)
  }

  private func connected() -> Int32? {
    while true {
      let client = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = Self.address(port)
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
      if code == 0 { return client }
      close(client)
      if isOver.load(ordering: .relaxed) { return nil }
      usleep(500)
    }
  }
}
