internal import Diagnostics
internal import Glibc

/// An open stream of bytes: a connection, a pipe, the body of a response. Used by one thread.
protocol ByteStream: AnyObject {
  /// Reads at least one byte, waiting for it; 0 at the end, nil if `wake` was raised.
  func read(into space: UnsafeMutableRawBufferPointer, wake: WakePipe) throws(SQLError) -> Int?
  /// Lets go of what is open; called once.
  func close()
  /// After the end: the sender said that there will be no more, so that it is not opened again.
  var isLast: Bool { get }
}

extension ByteStream {
  var isLast: Bool { false }
}

/// Bytes of a descriptor.
final class DescriptorStream: ByteStream {
  private let name: String
  let descriptor: Int32
  private let closesDescriptor: Bool
  private let kind: SQLError.Kind
  private let timeoutMillis: Int32

  /// - Parameters:
  ///   - kind: `.source` or `.sink`, for errors.
  ///   - timeoutMillis: the longest wait for a byte; −1: for ever.
  init(
    name: String, descriptor: Int32, closesDescriptor: Bool = true, kind: SQLError.Kind = .source,
    timeoutMillis: Int32 = -1
  ) {
    self.name = name
    self.descriptor = descriptor
    self.closesDescriptor = closesDescriptor
    self.kind = kind
    self.timeoutMillis = timeoutMillis
  }

  func read(into space: UnsafeMutableRawBufferPointer, wake: WakePipe) throws(SQLError) -> Int? {
    while true {
      switch wake.wait(for: descriptor, events: POLLIN, timeoutMillis: timeoutMillis) {
      case .woken: return nil
      case .failed(let code): throw .io(kind, "waiting for", name, errno: code)
      case .timedOut: throw .silence(kind, name, millis: timeoutMillis)
      case .ready: break
      }
      let count = Glibc.read(descriptor, space.baseAddress, space.count)
      if count >= 0 { return count }
      if errno != EINTR, errno != EAGAIN { throw .connectionBroken(name, kind: kind, errno: errno) }
    }
  }

  /// Writes all bytes; false if `wake` was raised.
  func write(_ bytes: UnsafeRawBufferPointer, wake: WakePipe) throws(SQLError) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { throw .connectionBroken(name, kind: kind, errno: errno) }
      switch wake.wait(for: descriptor, events: POLLOUT, timeoutMillis: timeoutMillis) {
      case .woken: return false
      case .failed(let code): throw .io(kind, "waiting for", name, errno: code)
      case .timedOut: throw .silence(kind, name, millis: timeoutMillis)
      case .ready: break
      }
    }
    return true
  }

  func close() { if closesDescriptor { _ = Glibc.close(descriptor) } }
}

/// Where a byte stream comes from: opened, and opened again after a break if `retry` says so.
protocol StreamTransport: Sendable {
  /// What errors call it: `localhost:9999`, `stdin`.
  var name: String { get }
  /// It can be opened again after it has ended.
  var canReopen: Bool { get }
  /// Opens the stream, waiting as long as it takes unless `wake` is raised; nil if it was.
  func open(wake: WakePipe) throws(SQLError) -> (any ByteStream)?
  /// nil: an end is the end, and a break an error.
  var retry: RetryPolicy? { get }
  /// False for an error that another attempt would meet again.
  func mayPass(_ error: SQLError) -> Bool
}

extension StreamTransport {
  func mayPass(_ error: SQLError) -> Bool { true }
}

/// How a source that is absent, ends or breaks is tried again.
struct RetryPolicy: Sendable, Equatable {
  /// Time before the first attempt; it doubles with each failure in a row.
  var delayMillis: Int64 = 100
  var delayMillisMax: Int64 = 5000
  /// Failures in a row after which it is given up; nil: never.
  var attemptsMax: Int?

  func delayMillis(failures: Int) -> Int32 {
    let doubled = delayMillis.multipliedReportingOverflow(by: 1 << Int64(min(failures, 20)))
    return Int32(clamping: min(doubled.overflow ? .max : doubled.partialValue, max(delayMillis, delayMillisMax)))
  }
}

extension SQLError {
  static func connectionBroken(_ name: String, kind: SQLError.Kind, errno code: Int32) -> SQLError {
    if code != ECONNRESET { return .io(kind, kind == .sink ? "writing to" : "reading from", name, errno: code) }
    if kind == .sink { return SQLError(.sink, "CONNECTION_RESET", "\(name): the connection was reset by the receiver") }
    return SQLError(
      .source, "CONNECTION_RESET", "\(name): the connection was reset by the sender",
      hint: "OPTIONS (reconnect 'true') connects again")
  }

  fileprivate static func silence(_ kind: SQLError.Kind, _ name: String, millis: Int32) -> SQLError {
    let seconds = millis / 1000
    let time = millis % 1000 != 0 ? "\(millis) ms" : seconds == 1 ? "a second" : "\(seconds) seconds"
    return SQLError(kind, "CONNECTION_TIMEOUT", "\(name): nothing for \(time)")
  }
}

/// The standard input of the process, or a descriptor that stands for it in tests.
struct DescriptorTransport: StreamTransport {
  let name: String
  let descriptor: Int32
  var canReopen: Bool { false }
  var retry: RetryPolicy? { nil }

  func open(wake: WakePipe) throws(SQLError) -> (any ByteStream)? {
    DescriptorStream(name: name, descriptor: descriptor, closesDescriptor: false)
  }
}
