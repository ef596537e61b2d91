internal import Diagnostics
internal import Glibc

/// A TCP connection to a sender.
struct SocketTransport: StreamTransport {
  /// Time for one attempt to connect: a host that answers nothing must not look like one without data.
  static let connectTimeoutMillis: Int32 = 10_000
  /// Back-off between attempts with `reconnect`: doubled from the first up to the last.
  static let retryDelayMillisMin: Int32 = 100
  static let retryDelayMillisMax: Int32 = 5000

  let host: String
  let port: Int
  let reconnects: Bool

  var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  func retryDelayMillis(failures: Int) -> Int32? {
    reconnects ? min(Self.retryDelayMillisMax, Self.retryDelayMillisMin << Int32(min(failures, 10))) : nil
  }

  func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  func open(wake: WakePipe) throws(SQLError) -> Int32? {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var addresses: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &addresses)
    guard code == 0 else {
      throw SQLError(
        .source, "CONNECTION_FAILED",
        "cannot resolve host \"\(host)\": \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(addresses) }
    var reason = ECONNREFUSED
    var next = addresses
    while let address = next {
      switch connect(address.pointee, wake: wake) {
      case .connected(let descriptor): return descriptor
      case .woken: return nil
      case .failed(let code): reason = code
      }
      next = address.pointee.ai_next
    }
    throw SQLError(
      .source, "CONNECTION_FAILED", "cannot connect to \(name): \(describe(errno: reason))",
      hint: "start the sender first (nc -lk \(port)), or wait for it with OPTIONS (reconnect 'true')")
  }

  private enum Outcome {
    case connected(Int32)
    case woken
    case failed(Int32)
  }

  private func connect(_ address: addrinfo, wake: WakePipe) -> Outcome {
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
      address.ai_protocol)
    guard descriptor >= 0 else { return .failed(errno) }
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return .connected(descriptor) }
    var outcome = Outcome.failed(errno)
    // An interrupted connect goes on by itself, as one in progress does.
    if errno == EINPROGRESS || errno == EINTR {
      switch wake.wait(for: descriptor, events: POLLOUT, timeoutMillis: Self.connectTimeoutMillis) {
      case .woken: outcome = .woken
      case .timedOut: outcome = .failed(ETIMEDOUT)
      case .failed(let code): outcome = .failed(code)
      case .ready:
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0 { code = errno }
        if code == 0 { return .connected(descriptor) }
        outcome = .failed(code)
      }
    }
    _ = Glibc.close(descriptor)
    return outcome
  }
}

/// The standard input of the process, or a descriptor that stands for it in tests.
struct DescriptorTransport: StreamTransport {
  let name: String
  let descriptor: Int32

  func open(wake: WakePipe) throws(SQLError) -> Int32? { descriptor }
  func close(_ descriptor: Int32) {}
  func retryDelayMillis(failures: Int) -> Int32? { nil }
}
