internal import Diagnostics
internal import Glibc

/// Accepts senders and reads their lines, each line whole, in the order in which they come.
///
/// One thread watches all of them. A full queue of a query stops it, and so all senders.
final class ListenFeed: StreamFeed {
  /// Senders at one time: each costs a buffer of `LineFraming.chunkBytes`; more wait to be accepted.
  static let sendersMax = 256
  /// Senders that wait to be accepted.
  private static let backlog: Int32 = 128

  private let host: String
  private let port: Int
  private let lineBytesMax: Int
  /// The feed ends when so many senders have come and gone; nil: never.
  private let sendersTotal: Int?
  private let malformed: MalformedRecords

  /// - Parameter malformed: takes lines that are too long, which cost their sender the connection.
  init(host: String, port: Int, lineBytesMax: Int, sendersTotal: Int?, malformed: MalformedRecords) {
    self.host = host
    self.port = port
    self.lineBytesMax = lineBytesMax
    self.sendersTotal = sendersTotal
    self.malformed = malformed
  }

  var name: String { "listen(\(TcpConnect.name(host, port)))" }
  var canRestart: Bool { true }

  private final class Sender {
    let descriptor: Int32
    var framing: LineFraming
    init(descriptor: Int32, framing: LineFraming) {
      self.descriptor = descriptor
      self.framing = framing
    }
    deinit { close(descriptor) }
  }

  func run(_ run: FeedRun) -> FeedEnding {
    let listener: Int32
    do throws(SQLError) { listener = try open() } catch { return .failed(error) }
    defer { close(listener) }
    var senders: [Sender] = []
    var accepted = 0
    while true {
      let mayAccept = senders.count < Self.sendersMax && sendersTotal.map { accepted < $0 } ?? true
      if !mayAccept, senders.isEmpty { return .ended }
      var entries = [
        pollfd(fd: run.wake.readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: mayAccept ? listener : -1, events: Int16(POLLIN), revents: 0),
      ]
      entries += senders.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
      if poll(&entries, nfds_t(entries.count), -1) < 0, errno != EINTR, errno != EAGAIN {
        return .failed(.io(.source, "waiting for", name, errno: errno))
      }
      if run.wake.isRaised { return .unwanted }
      var gone: [Int] = []
      for (index, entry) in entries.dropFirst(2).enumerated() where entry.revents != 0 {
        switch read(senders[index], run) {
        case .more: break
        case .gone: gone.append(index)
        case .unwanted: return .unwanted
        }
      }
      for index in gone.reversed() { senders.remove(at: index) }
      if entries[1].revents != 0, let sender = accept(from: listener) {
        senders.append(sender)
        accepted += 1
        run.noteConnection()
      }
    }
  }

  // MARK: One sender

  private enum Outcome { case more, gone, unwanted }

  private func read(_ sender: Sender, _ run: FeedRun) -> Outcome {
    let space: UnsafeMutableRawBufferPointer
    do throws(SQLError) { space = try sender.framing.space() } catch { return lose(sender, error) }
    let count = Glibc.read(sender.descriptor, space.baseAddress, space.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return .more }
    if count <= 0 {
      // The end or a break: what is there of a line is one, and other senders go on.
      if let chunk = sender.framing.finish(), !run.push(chunk) { return .unwanted }
      return .gone
    }
    do throws(SQLError) {
      if let chunk = try sender.framing.take(count), !run.push(chunk) { return .unwanted }
      return .more
    } catch {
      return lose(sender, error)
    }
  }

  /// A line that cannot be taken costs its sender the connection.
  private func lose(_ sender: Sender, _ error: SQLError) -> Outcome {
    let offset = sender.framing.offset
    malformed.noteLost {
      MalformedRecords.Entry(input: name, byteOffset: offset, message: error.message, text: "", timeMicros: wallClockMicros())
    }
    return .gone
  }

  private func accept(from listener: Int32) -> Sender? {
    // A sender that has gone again, or no descriptor to be had: the next round tries again.
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return Sender(
      descriptor: descriptor, framing: LineFraming(object: name, lineBytesMax: lineBytesMax))
  }

  // MARK: Listening

  private func open() throws(SQLError) -> Int32 {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var addresses: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &addresses)
    guard code == 0, let address = addresses?.pointee else {
      throw SQLError(
        .source, "CONNECTION_FAILED", "cannot resolve \"\(host)\" of \(name): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(addresses) }
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
      address.ai_protocol)
    guard descriptor >= 0 else { throw .io(.source, "opening", name, errno: errno) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, Self.backlog) == 0 else {
      let reason = errno
      close(descriptor)
      throw SQLError(
        .source, "CONNECTION_FAILED", "cannot listen on \(TcpConnect.name(host, port)): \(describe(errno: reason))",
        hint: reason == EADDRINUSE ? "another program listens there" : nil)
    }
    return descriptor
  }
}
