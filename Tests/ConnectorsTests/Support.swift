import Columnar
import Diagnostics
import Foundation
import Glibc
import Synchronization

@testable import Connectors

/// A generator that gives the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

/// Bytes written, for sinks under test.
final class CollectedOutput: OutputStreamSink {
  private let bytes = Mutex<[UInt8]>([])
  var isTerminal: Bool { false }
  func write(_ piece: UnsafeRawBufferPointer) throws(SQLError) {
    bytes.withLock { $0.append(contentsOf: piece) }
  }
  func flush() throws(SQLError) {}
  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

func environment(
  output: any OutputStreamSink = CollectedOutput(), isStdinData: Bool = true,
  nowMicros: @escaping @Sendable () -> Int64 = { wallClockMicros() }
) -> ConnectorEnvironment {
  ConnectorEnvironment(zoneName: "UTC", output: output, isStdinData: isStdinData, nowMicros: nowMicros)
}

func request(
  _ connector: ConnectorDefinition, _ options: [String: String] = [:], schema: Schema? = nil,
  isStream: Bool = false,
  isSnapshot: Bool = false, environment: ConnectorEnvironment = environment()
) throws(SQLError) -> SourceRequest {
  let values = try connector.checkedOptions(
    options.sorted { $0.key < $1.key }.map { GivenOption($0.key, $0.value) }, span: .none)
  return SourceRequest(
    options: values, schema: schema, isStream: isStream, isSnapshot: isSnapshot, environment: environment,
    span: .none)
}

/// Describes and opens a source as the engine does.
func open(
  _ connector: ConnectorDefinition, _ options: [String: String] = [:], columns: [Int]? = nil,
  schema: Schema? = nil,
  environment: ConnectorEnvironment = environment()
) throws -> any Source {
  let request = try request(connector, options, schema: schema, environment: environment)
  guard let factory = connector.source else { throw SQLError.internal("no source") }
  let description = try factory.describe(request)
  return try factory.open(request, description, columns ?? Array(0..<description.schema.count))
}

/// Counts what `onArrival` says and lets a test wait for it.
final class Arrivals: Sendable {
  private let count = Monitor(0)
  var callback: @Sendable () -> Void {
    { [count] in count.withLock(waking: true) { $0 += 1 } }
  }
  /// Waits for a call that was not waited for yet.
  func wait() { count.wait(until: { $0 > 0 }) { $0 = 0 } }
  var hasCalls: Bool { count.withLock { $0 > 0 } }
}

/// Rows, boundaries and the end, as a step driver would meet them.
struct Drained {
  var rows: [[Value]] = []
  var boundaries = 0
  var morsels = 0
  var lines: [String] { rows.map { $0[0].text ?? "NULL" } }
}

extension Morsel {
  func rows() throws(SQLError) -> [[Value]] {
    var rows: [[Value]] = []
    switch content {
    case .batch(let batch, _): for i in 0..<batch.count { rows.append(batch.row(i)) }
    case .bytes(let buffer, let start, let end, let decoder):
      try decoder.decode(buffer, start..<end) { batch in
        for i in 0..<batch.count { rows.append(batch.row(i)) }
      }
    }
    return rows
  }
}

/// Polls a started source until it ends, waiting for arrivals.
func drain(_ source: any Source, _ arrivals: Arrivals, limit: ReadLimit = ReadLimit()) throws -> Drained {
  var result = Drained()
  while true {
    var allowance = limit
    switch try source.poll(&allowance) {
    case .morsel(let morsel):
      result.rows += try morsel.rows()
      result.morsels += 1
    case .stepBoundary: result.boundaries += 1
    case .idle: arrivals.wait()
    case .ended: return result
    }
  }
}

func drain(_ source: any Source, limit: ReadLimit = ReadLimit()) throws -> Drained {
  let arrivals = Arrivals()
  try source.start(onArrival: arrivals.callback)
  defer { source.stop() }
  return try drain(source, arrivals, limit: limit)
}

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/streamsql-test-XXXXXX\0".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let file = fopen(self.file(name), "w")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return self.file(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

  /// Sets the modification time in seconds.
  func touch(_ name: String, at seconds: Int) {
    var times = [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)]
    utimes(file(name), &times)
  }
}

/// The error that `body` throws.
func failure(_ body: () throws -> Void) -> SQLError? {
  do {
    try body()
    return nil
  } catch { return error as? SQLError }
}
