import Glibc
import SeededRandom

/// Serves bytes to one client after the other on a loopback port, in pieces, and ends at times with a reset.
// @unchecked Sendable: immutable but for `thread`, which its owner alone uses.
final class FuzzSender: @unchecked Sendable {
  let port: UInt16
  let bytes: [UInt8]
  private let pieceSeed: UInt64
  private let readsRequest: Bool
  private let listener: Int32
  private var thread = pthread_t()

  /// - Parameter readsRequest: hears what a client asks before it answers, as web servers do: who closes with something unread resets.
  init?(_ bytes: [UInt8], pieceSeed: UInt64, readsRequest: Bool = false) {
    self.bytes = bytes
    self.readsRequest = readsRequest
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

  private func hear(_ client: Int32) {
    var request: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while !request.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = recv(client, &piece, piece.count, 0)
      if count <= 0 { return }
      request += piece[..<count]
    }
  }

  private func serve() {
    var random = SplitMix(seed: pieceSeed)
    while true {
      let client = accept(listener, nil, nil)
      if client < 0 { return }
      if readsRequest { hear(client) }
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
