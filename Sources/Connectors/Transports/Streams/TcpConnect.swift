internal import Diagnostics
internal import Glibc

/// Makes TCP connections, for sources and sinks.
enum TcpConnect {
  /// Time for one attempt to connect: a host that answers nothing must not look like one without data.
  static let timeoutMillis: Int32 = 10_000

  /// `host:port`, with brackets around an IPv6 address.
  static func name(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// A connected, non-blocking descriptor; nil if `wake` was raised. Addresses of the host are tried in their order.
  /// - Parameter kind: `.source` or `.sink`, for errors.
  static func open(
    host: String, port: Int, kind: SQLError.Kind, hint: String?, wake: WakePipe
  ) throws(SQLError) -> Int32? {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var addresses: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &addresses)
    guard code == 0 else {
      throw SQLError(
        kind, "CONNECTION_FAILED", "cannot resolve host \"\(host)\" of \(name(host, port)): \(String(cString: gai_strerror(code)))",
        hint: hint)
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
      kind, "CONNECTION_FAILED", "cannot connect to \(name(host, port)): \(describe(errno: reason))", hint: hint)
  }

  private enum Outcome {
    case connected(Int32)
    case woken
    case failed(Int32)
  }

  private static func connect(_ address: addrinfo, wake: WakePipe) -> Outcome {
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
      address.ai_protocol)
    guard descriptor >= 0 else { return .failed(errno) }
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return .connected(descriptor) }
    var outcome = Outcome.failed(errno)
    // An interrupted connect goes on by itself, as one in progress does.
    if errno == EINPROGRESS || errno == EINTR {
      switch wake.wait(for: descriptor, events: POLLOUT, timeoutMillis: timeoutMillis) {
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
