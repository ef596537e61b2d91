internal import Diagnostics

/// A TCP connection to a sender.
struct SocketTransport: StreamTransport {
  let host: String
  let port: Int
  let retry: RetryPolicy?

  var name: String { TcpConnect.name(host, port) }
  var canReopen: Bool { true }

  func open(wake: WakePipe) throws(SQLError) -> (any ByteStream)? {
    let descriptor = try TcpConnect.open(
      host: host, port: port, kind: .source,
      hint: "start the sender first (nc -lk \(port)), or wait for it with OPTIONS (reconnect 'true')", wake: wake)
    return descriptor.map { DescriptorStream(name: name, descriptor: $0) }
  }
}
