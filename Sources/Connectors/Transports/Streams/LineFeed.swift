internal import Diagnostics
internal import Synchronization

/// Reads lines of one stream after the other: each read becomes a chunk at once, so a line is seen as soon as the
/// operating system has it.
final class LineFeed: StreamFeed {
  private let transport: any StreamTransport
  private let lineBytesMax: Int
  /// The line that was being read when nobody wanted a stream that cannot be opened again.
  private let pending = Mutex<LineFraming?>(nil)

  init(_ transport: any StreamTransport, lineBytesMax: Int = LineFraming.lineBytesMaxDefault) {
    self.transport = transport
    self.lineBytesMax = lineBytesMax
  }

  var name: String { transport.name }
  var canRestart: Bool { transport.canReopen }

  func run(_ run: FeedRun) -> FeedEnding {
    var failures = 0
    while !run.wake.isRaised {
      var failure: SQLError?
      do throws(SQLError) {
        guard let stream = try transport.open(wake: run.wake) else { return .unwanted }
        defer { stream.close() }
        run.noteConnection()
        guard try readAll(stream, run, &failures) else { return .unwanted }
        if stream.isLast { return .ended }
      } catch {
        failure = error
      }
      guard let retry = transport.retry, failure.map(mayPass) ?? true else {
        return failure.map { .failed($0) } ?? .ended
      }
      if failure != nil { failures += 1 }
      if let failure, let limit = retry.attemptsMax, failures > limit {
        return .failed(failure.givenUp(after: failures))
      }
      if run.wake.wait(for: -1, events: 0, timeoutMillis: retry.delayMillis(failures: max(0, failures - 1))) == .woken { break }
    }
    return .unwanted
  }

  private func mayPass(_ error: SQLError) -> Bool { error.errorClass != "LINE_TOO_LONG" && transport.mayPass(error) }

  /// Reads up to the end; false if nobody listens any more.
  /// - Parameter failures: 0 as soon as something has come: who accepts a connection and breaks it has failed again.
  private func readAll(_ stream: any ByteStream, _ run: FeedRun, _ failures: inout Int) throws(SQLError) -> Bool {
    var framing =
      pending.withLock { pending in
        defer { pending = nil }
        return pending
      } ?? LineFraming(object: name, lineBytesMax: lineBytesMax)
    while true {
      let count: Int?
      do throws(SQLError) { count = try stream.read(into: try framing.space(), wake: run.wake) } catch {
        // What arrived of a line before the break is kept as a line, as at an orderly end.
        if let chunk = framing.finish(), !run.push(chunk) { return false }
        throw error
      }
      guard let count else {
        if !transport.canReopen { pending.withLock { $0 = framing } }
        return false
      }
      if count == 0 {
        if let chunk = framing.finish() { return run.push(chunk) }
        return true
      }
      failures = 0
      if let chunk = try framing.take(count), !run.push(chunk) {
        if !transport.canReopen { pending.withLock { $0 = framing } }
        return false
      }
    }
  }
}

extension SQLError {
  /// The error of the last of several attempts.
  fileprivate func givenUp(after attempts: Int) -> SQLError {
    var error = self
    error.message += "; given up after \(attempts) attempt\(attempts == 1 ? "" : "s")"
    error.hint = "raise maxRetries, or leave it out to try for ever"
    return error
  }
}
