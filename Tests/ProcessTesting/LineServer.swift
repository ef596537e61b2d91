import Glibc

/// A TCP server on a free loopback port for one client, which gets lines when the test says so.
public final class LineServer {
  public let port: UInt16
  private let listener: Int32
  private var client: Int32 = -1

  public init() throws {
    Spawning.lock.lock()
    defer { Spawning.lock.unlock() }
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 4) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isOpen else { throw ChildProcess.Failure(description: "no local port") }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit {
    hangUp()
    close(listener)
  }

  /// Waits for the client, then sends.
  public func send(_ text: String) throws {
    if client < 0 {
      var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(ChildProcess.timeoutSeconds * 1000)) > 0 else {
        throw ChildProcess.Failure(description: "nobody connected")
      }
      Spawning.lock.lock()
      defer { Spawning.lock.unlock() }
      client = accept(listener, nil, nil)
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    }
    let bytes = Array(text.utf8)
    guard Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw ChildProcess.Failure(description: "the client is gone")
    }
  }

  /// Ends the connection as a crash would: the client gets a reset.
  public func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    hangUp()
  }

  public func hangUp() {
    if client >= 0 { close(client) }
    client = -1
  }
}
