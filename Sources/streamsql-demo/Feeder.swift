import Glibc

/// A TCP server on the loopback interface that sends its lines to every client that is there, and hangs up.
// @unchecked Sendable: immutable after `init` but for `thread`, which only the creating thread touches.
final class Feeder: @unchecked Sendable {
  enum Piece: Sendable {
    case line(String)
    /// Seconds.
    case pause(Double)
    /// Until the clock stands half-way between two seconds, where a trigger on the second cannot be missed.
    case untilHalfSecond
  }

  let port: UInt16
  private let listener: Int32
  private let pieces: [Piece]
  private var thread = pthread_t()

  init?(_ pieces: [Piece]) {
    self.pieces = pieces
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    guard let port = Feeder.listen(on: descriptor) else {
      close(descriptor)
      return nil
    }
    listener = descriptor
    self.port = port
  }

  /// Binds to a free loopback port and gives its number.
  private static func listen(on descriptor: Int32) -> UInt16? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && Glibc.listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    return isOpen ? UInt16(bigEndian: address.sin_port) : nil
  }

  func start() {
    let box = Unmanaged.passRetained(self)
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Feeder>.fromOpaque(argument).takeRetainedValue().serve()
        return nil
      }, box.toOpaque())
  }

  func join() { pthread_join(thread, nil) }

  private func serve() {
    defer { close(listener) }
    var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    // A demo whose script fails never connects: do not wait for it for ever.
    guard poll(&waiting, 1, 10_000) > 0 else { return }
    var clients: [Int32] = []
    defer { for client in clients { close(client) } }
    for piece in pieces {
      switch piece {
      case .line(let text):
        // Each query of a script has a connection of its own, made before the first line.
        while poll(&waiting, 1, 0) > 0, case let client = accept(listener, nil, nil), client >= 0 { clients.append(client) }
        let bytes = Array((text + "\n").utf8)
        for client in clients { _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
      case .pause(let seconds):
        usleep(useconds_t(seconds * 1_000_000))
      case .untilHalfSecond:
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let micros = now.tv_nsec / 1000
        usleep(useconds_t(micros < 500_000 ? 500_000 - micros : 1_500_000 - micros))
      }
    }
  }
}
