import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

/// SEM-7: a source that cannot replay has one reader per session.
@Suite struct StreamHubTests {
  let listener = Listener()

  /// A relation, opened by any number of queries.
  private struct Relation {
    let request: SourceRequest
    let description: SourceDescription
    let factory: SourceFactory

    init(_ connector: ConnectorDefinition, _ options: [String: String], _ environment: ConnectorEnvironment) throws {
      request = try Tests.request(connector, options, environment: environment)
      factory = try #require(connector.source)
      description = try factory.describe(request)
    }

    func reader(_ name: String) throws -> Reader {
      let source = try factory.open(request, description, [0])
      source.attach(as: name)
      return Reader(source)
    }

    var counters: StreamHub.Counters { description.hub?.counters ?? StreamHub.Counters() }
  }

  /// A query, as far as its source knows.
  private final class Reader {
    let source: any Source
    let arrivals = Arrivals()
    init(_ source: any Source) { self.source = source }

    func start() throws { try source.start(onArrival: arrivals.callback) }

    func next(_ count: Int) throws -> [String] {
      var lines: [String] = []
      while lines.count < count {
        var limit = ReadLimit(rows: count - lines.count)
        switch try source.poll(&limit) {
        case .morsel(let morsel): lines += try morsel.rows().map { $0[0].text ?? "NULL" }
        case .idle: arrivals.wait()
        case .ended, .stepBoundary: return lines
        }
      }
      return lines
    }

    func rest() throws -> [String] { try drain(source, arrivals).lines }
  }

  private func relation(_ options: [String: String] = [:], gate: Bool = false) throws -> Relation {
    let environment = environment()
    if gate { environment.gate.hold() }
    return try Relation(
      .socket, ["host": "127.0.0.1", "port": "\(listener.port)"].merging(options) { $1 }, environment)
  }

  @Test func queriesShareOneConnectionAndSeeEveryRow() throws {
    let lines = try relation()
    let (a, b) = (try lines.reader("a"), try lines.reader("b"))
    try a.start()
    try b.start()
    let peer = listener.accept()
    peer.send("one\ntwo\n")
    peer.close()
    #expect(try a.rest() == ["one", "two"])
    #expect(try b.rest() == ["one", "two"])
    #expect(lines.counters.connections == 1)
    #expect(lines.counters.bytes == 8)
  }

  @Test func aQuerySeesRowsFromItsAttachOn() throws {
    let lines = try relation()
    let a = try lines.reader("a")
    try a.start()
    let peer = listener.accept()
    peer.send("one\n")
    #expect(try a.next(1) == ["one"])
    let b = try lines.reader("b")
    try b.start()
    peer.send("two\n")
    peer.close()
    #expect(try a.rest() == ["two"])
    #expect(try b.rest() == ["two"])
  }

  @Test func nothingIsReadBeforeTheGateOpens() throws {
    let lines = try relation(gate: true)
    let (a, b) = (try lines.reader("a"), try lines.reader("b"))
    try a.start()
    try b.start()
    #expect(!listener.hasClient(within: 50))
    lines.request.environment.gate.open()
    let peer = listener.accept()
    peer.send("one\n")
    peer.close()
    #expect(try a.rest() == ["one"])
    #expect(try b.rest() == ["one"])
  }

  @Test func theSlowestHoldsTheOthersBack() throws {
    let lines = try relation(["bufferBytes": "20000"])
    let (fast, slow) = (try lines.reader("fast"), try lines.reader("slow"))
    try fast.start()
    try slow.start()
    let peer = listener.accept()
    let line = String(repeating: "x", count: 999)
    let total = 20_000
    try startThread {
      for _ in 0..<total { peer.send(line + "\n") }
      peer.close()
    }
    // What the fast one can get while the other takes nothing is bounded by the other's buffer.
    var seen = 0
    var idle = 0
    while idle < 20 {
      var limit = ReadLimit()
      if case .morsel(let morsel) = try fast.source.poll(&limit) {
        seen += try morsel.rows().count
        idle = 0
      } else {
        usleep(5000)
        idle += 1
      }
    }
    #expect(seen > 0)
    #expect(seen < total / 2)
    #expect(lines.counters.waitingBytes >= 20_000)
    let done = Monitor(0)
    let other = slow.source
    let arrivals = slow.arrivals
    try startThread {
      let count = (try? drain(other, arrivals).rows.count) ?? -1
      done.withLock(waking: true) { $0 = count }
    }
    #expect(try seen + fast.rest().count == total)
    done.wait(until: { $0 != 0 }) { #expect($0 == total) }
  }

  @Test func aPausedQueryWithAFullBufferIsDetachedByName() throws {
    let lines = try relation(["bufferBytes": "2000"])
    let (a, b) = (try lines.reader("a"), try lines.reader("lazy"))
    try a.start()
    try b.start()
    b.source.setPaused(true)
    let peer = listener.accept()
    for i in 0..<100 {
      peer.send("\(i) \(String(repeating: "x", count: 200))\n")
      #expect(try a.next(1).count == 1)
    }
    peer.close()
    #expect(try a.rest() == [])
    let error = failure { _ = try b.rest() }
    #expect(error?.errorClass == "PAUSED_QUERY_DETACHED")
    #expect(error?.message.contains("query \"lazy\"") == true)
    #expect(error?.message.contains("127.0.0.1:\(listener.port)") == true)
    #expect(lines.counters.detached == 1)
  }

  @Test func aPausedQueryThatIsAloneHoldsTheSenderBack() throws {
    let lines = try relation(["bufferBytes": "2000"])
    let a = try lines.reader("a")
    try a.start()
    a.source.setPaused(true)
    let peer = listener.accept()
    for i in 0..<100 { peer.send("\(i) \(String(repeating: "x", count: 200))\n") }
    peer.close()
    usleep(20_000)
    a.source.setPaused(false)
    #expect(try a.rest().count == 100)
    #expect(lines.counters.detached == 0)
  }

  @Test func withoutReadersTheConnectionCloses() throws {
    let lines = try relation()
    let a = try lines.reader("a")
    try a.start()
    let peer = listener.accept()
    peer.send("one\n")
    #expect(try a.next(1) == ["one"])
    a.source.stop()
    #expect(peer.isClosedByReader())
    let b = try lines.reader("b")
    try b.start()
    let again = listener.accept()
    again.send("two\n")
    again.close()
    #expect(try b.rest() == ["two"])
    #expect(lines.counters.connections == 2)
  }

  /// The standard input cannot be opened again: who comes later goes on where it was left, in the middle of a line too.
  @Test func aPipeGoesOnWhereItWasLeft() throws {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let hub = pipeHub(ends[0])
    func reader() -> Reader {
      Reader(StreamSource(schema: Schema([Field("value", .string)]), hub: hub) { _ in TextDecoder() })
    }
    let peer = Peer(descriptor: ends[1])
    let a = reader()
    try a.start()
    peer.send("one\ntw")
    #expect(try a.next(1) == ["one"])
    a.source.stop()
    let b = reader()
    try b.start()
    peer.send("o\nthree\n")
    peer.close()
    #expect(try b.rest() == ["two", "three"])
    let c = reader()
    try c.start()
    #expect(try c.rest() == [])
    close(ends[0])
  }

  @Test func allRelationsOverStdinAreOneReader() throws {
    let shared = environment()
    let one = try Relation(.stdin, [:], shared)
    let two = try Relation(.stdin, ["maxLineBytes": "100"], shared)
    #expect(one.description.hub === two.description.hub)
  }
}

private enum Tests {
  static func request(
    _ connector: ConnectorDefinition, _ options: [String: String], environment: ConnectorEnvironment
  ) throws -> SourceRequest {
    let values = try connector.checkedOptions(options.sorted { $0.key < $1.key }.map { GivenOption($0.key, $0.value) }, span: .none)
    return SourceRequest(options: values, schema: nil, isStream: false, environment: environment, span: .none)
  }
}

extension Listener {
  /// Whether somebody connects within so many milliseconds.
  func hasClient(within millis: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, millis) > 0
  }
}

extension Peer {
  /// Waits for the other side to close.
  func isClosedByReader() -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var byte: UInt8 = 0
    return poll(&entry, 1, 10_000) > 0 && read(descriptor, &byte, 1) <= 0
  }

  /// What has come, up to and with the end of a request's head and the body that its length promises.
  func request() -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let head = text.range(of: "\r\n\r\n") {
        let length =
          text[..<head.lowerBound].split(separator: "\r\n").lazy
          .first { $0.lowercased().hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
        if text[head.upperBound...].utf8.count >= length { return text }
      }
      let count = read(descriptor, &chunk, chunk.count)
      if count <= 0 { return text }
      bytes += chunk[..<count]
    }
  }
}
