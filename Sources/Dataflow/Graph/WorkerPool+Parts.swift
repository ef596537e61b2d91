import Diagnostics

/// One of the parts that an operator has its state in, each used by one worker at a time.
protocol PoolPart: AnyObject, Sendable {
  /// Why the work on it ended.
  var failure: SQLError? { get set }
}

extension WorkerPool {
  /// Runs `body` for every part, all workers at once, and throws the first failure by number.
  ///
  /// `body` touches nothing but the part it is given and what does not change meanwhile.
  func forEach<Part: PoolPart>(_ parts: [Part], _ body: @escaping (Part) throws(SQLError) -> Void) throws(SQLError) {
    let shared = SharedBody(body)
    let workers = count
    run { worker in
      for i in stride(from: worker, to: parts.count, by: workers) {
        do throws(SQLError) { try shared.body(parts[i]) } catch { parts[i].failure = error }
      }
    }
    for part in parts {
      if let failure = part.failure { throw failure }
    }
  }
}

// @unchecked Sendable: as `forEach` asks of it.
private struct SharedBody<Part>: @unchecked Sendable {
  let body: (Part) throws(SQLError) -> Void
  init(_ body: @escaping (Part) throws(SQLError) -> Void) { self.body = body }
}
