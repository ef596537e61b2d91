import Columnar
import Diagnostics
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Connectors

@Suite struct HttpPartsTests {
  @Test(arguments: [
    ("http://localhost", "localhost", 80, "/"), ("http://h:8080/a/b?x=1#part", "h", 8080, "/a/b?x=1"),
    ("HTTP://[::1]:9/x", "::1", 9, "/x"), ("http://h?q", "h", 80, "/?q"), ("http://[::1]/", "::1", 80, "/"),
  ])
  func addresses(_ text: String, _ host: String, _ port: Int, _ target: String) throws {
    let url = try HttpUrl(text)
    #expect((url.host, url.port, url.target) == (host, port, target))
  }

  @Test(arguments: [
    "", "h", "ftp://h", "http://", "http://:80/", "http://h:0/", "http://h:x/", "http://h/a b", "http://h/\r\nX: y", "http://h/é",
  ])
  func wrongAddresses(_ text: String) { #expect(failure { _ = try HttpUrl(text) }?.errorClass == "INVALID_URL") }

  @Test func encryptionIsRefusedByName() {
    let error = failure { _ = try HttpUrl("https://h/x") }
    #expect(error?.errorClass == "UNSUPPORTED_FEATURE")
    #expect(error?.hint?.contains("exec('curl -sSN https://h/x')") == true)
  }

  @Test(arguments: [
    ("/x", "http://h:8/x"), ("x", "http://h:8/a/x"), ("http://i/", "http://i/"), ("//i:7/y", "http://i:7/y"), ("?z", "http://h:8/a/?z"),
  ])
  func redirectsResolve(_ location: String, _ result: String) throws {
    #expect(try HttpUrl("http://h:8/a/b?c").resolving(location).text == result)
  }

  @Test func headsAreParsed() throws {
    let head = try #require(HttpHead(Array("HTTP/1.1 404 Not Found\r\nX-A:  b \r\nTransfer-Encoding: Chunked\r\n\r\n".utf8)))
    #expect(head.status == 404)
    #expect(head.reason == "Not Found")
    #expect(head["x-a"] == "b")
    #expect(head.bodyLength == .chunked)
    for text in ["", "HTTP/2 200\r\n\r\n", "HTTP/1.1 x\r\n\r\n", "HTTP/1.1 99\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"] {
      #expect(HttpHead(Array(text.utf8)) == nil, "\(text)")
    }
    let twice = HttpHead(Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".utf8))
    #expect(twice?.bodyLength == nil)
  }

  private func decode(_ text: String, pieces: Int, room: Int = 1000) -> String? {
    var decoder = ChunkedDecoder()
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count, !decoder.isDone {
      let end = min(bytes.count, start + pieces)
      var out = [UInt8](repeating: 0, count: room)
      guard
        let (used, written) = bytes[start..<end].withUnsafeBytes({ input in
          out.withUnsafeMutableBytes { decoder.decode(input, into: $0) }
        })
      else { return nil }
      result += out[..<written]
      start += used
    }
    return decoder.isDone ? String(decoding: result, as: UTF8.self) : nil
  }

  @Test func chunksAreTakenOutWhereverTheyAreCut() {
    let text = "4\r\nWiki\r\n6;name=v\r\npedia \r\n00B\r\nin \r\nchunks\r\n0\r\nTrailer: x\r\n\r\n"
    for pieces in 1...text.utf8.count {
      #expect(decode(text, pieces: pieces) == "Wikipedia in \r\nchunks")
      #expect(decode(text, pieces: pieces, room: 1) == "Wikipedia in \r\nchunks")
    }
    for wrong in ["x\r\n", "\r\n", "3\r\nabcd\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "-1\r\n"] {
      #expect(decode(wrong, pieces: 1) == nil, "\(wrong)")
    }
  }

  @Test func randomBytesNeverTrapTheDecoders() {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array("0123456789abcdefF;\r\n: dataidretry".utf8) + [0, 255]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = decode(String(decoding: bytes, as: UTF8.self), pieces: Int.random(in: 1...9, using: &random), room: 5)
      _ = HttpHead(bytes)
      var events = ServerSentEvents(object: "x", eventBytesMax: 50, lastEventID: nil)
      var out: [UInt8] = []
      bytes.withUnsafeBytes { bytes in try? events.take(bytes, into: &out) }
    }
  }

  @Test func eventsAreLines() throws {
    let text =
      "\u{FEFF}: comment\r\nretry: 20\r\nid: 1\ndata: a\n\ndata:b\ndata\ndata:  c\r\rid: 2\n\nevent: x\n\ndata: {\"k\":\n"
      + "data: 1}\nid: 3\nunknown: y\n\nid: 4\ndata: cut off"
    for pieces in 1...text.utf8.count {
      var events = ServerSentEvents(object: "x", eventBytesMax: 1000, lastEventID: nil)
      var out: [UInt8] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        try bytes[start..<min(bytes.count, start + pieces)].withUnsafeBytes { try events.take($0, into: &out) }
      }
      #expect(String(decoding: out, as: UTF8.self) == "a\nb   c\n{\"k\": 1}\n")
      #expect(events.lastEventID == "3")
      #expect(events.retryMillis == 20)
    }
  }

  @Test func eventsAreBounded() {
    var events = ServerSentEvents(object: "http://h/", eventBytesMax: 100, lastEventID: nil)
    var out: [UInt8] = []
    let error = failure {
      for _ in 0..<20 { try Array("data: 0123456789\n".utf8).withUnsafeBytes { try events.take($0, into: &out) } }
    }
    #expect(error?.errorClass == "LINE_TOO_LONG")
  }
}

@Suite struct HttpTests {
  let listener = Listener()
  var url: String { "http://127.0.0.1:\(listener.port)" }

  /// Answers one request after the other, and gives what they were.
  private func serve(_ answers: [String]) throws -> Requests {
    let requests = Requests()
    let listener = listener
    try startThread {
      for answer in answers {
        let peer = listener.accept()
        requests.add(peer.request())
        peer.send(answer)
        peer.close()
      }
    }
    return requests
  }

  private final class Requests: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ request: String) { list.withLock { $0.append(request) } }
    var all: [String] { list.withLock { $0 } }
  }

  private func source(_ options: [String: String] = [:], path: String = "/x") throws -> any Source {
    try open(.http, ["url": url + path].merging(options) { $1 })
  }

  @Test func linesOfABodyOfKnownLengthAndToTheClose() throws {
    let requests = try serve([
      "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na\nb\nccc ignored", "HTTP/1.0 200 OK\r\n\r\nd\ne",
    ])
    #expect(try drain(source(["headers": "X-Key: k\nAccept: text/plain"])).lines == ["a", "b", "ccc"])
    #expect(try drain(source()).lines == ["d", "e"])
    let request = try #require(requests.all.first)
    #expect(request.hasPrefix("GET /x HTTP/1.1\r\nHost: 127.0.0.1:\(listener.port)\r\n"))
    #expect(request.contains("X-Key: k\r\n"))
    #expect(request.contains("Accept: text/plain\r\n"))
  }

  @Test func chunkedBodiesAfterARedirect() throws {
    let requests = try serve([
      "HTTP/1.1 302 Found\r\nLocation: /y?z\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n2\r\nb\n\r\n0\r\n\r\n",
    ])
    #expect(try drain(source()).lines == ["a", "bb"])
    #expect(requests.all.last?.hasPrefix("GET /y?z HTTP/1.1\r\n") == true)
  }

  @Test func redirectsEndSomewhere() throws {
    _ = try serve([String](repeating: "HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n", count: 6))
    #expect(failure { _ = try drain(source()) }?.errorClass == "TOO_MANY_REDIRECTS")
    _ = try serve(["HTTP/1.1 301 Moved\r\nLocation: https://h/\r\n\r\n"])
    #expect(failure { _ = try drain(source()) }?.message.contains("https is not spoken here") == true)
  }

  @Test func aStatusIsAnErrorThatNamesIt() throws {
    let requests = try serve(["HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno such\nx"])
    let error = failure { _ = try drain(source(["reconnect": "true"])) }
    #expect(error?.errorClass == "HTTP_STATUS_404")
    #expect(error?.message == "GET \(url)/x: 404 Not Found: no such x")
    #expect(error?.kind.exitCode == 3)
    #expect(requests.all.count == 1)
  }

  @Test func cutOffBodiesAreErrors() throws {
    _ = try serve([
      "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\na\nb\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\na\nb",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "SSH-2.0-x\r\n\r\n", "",
    ])
    for expected in ["CONNECTION_RESET", "CONNECTION_RESET", "MALFORMED_RESPONSE", "MALFORMED_RESPONSE", "CONNECTION_RESET"] {
      #expect(failure { _ = try drain(source()) }?.errorClass == expected)
    }
  }

  @Test func eventsGoOnAfterTheLastOne() throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"
    let requests = try serve([
      head + "retry: 1\nid: 7\ndata: {\"n\": 1}\n\ndata: cut", "HTTP/1.1 503 Busy\r\n\r\n",
      head + "id: 8\ndata: {\"n\": 2}\n\n", "HTTP/1.1 204 No Content\r\n\r\n",
    ])
    #expect(try drain(source(["reconnect": "true"])).lines == ["{\"n\": 1}", "{\"n\": 2}"])
    let all = requests.all
    #expect(!all[0].contains("Last-Event-ID"))
    #expect(all[1].contains("Last-Event-ID: 7\r\n"))
    #expect(all[2].contains("Last-Event-ID: 7\r\n"))
    #expect(all[3].contains("Last-Event-ID: 8\r\n"))
  }

  // MARK: Sink

  private func sink(_ options: [String: String] = [:], isChangelog: Bool = false) throws -> any Sink {
    let definition = ConnectorDefinition.http
    let given = ["url": url + "/in", "retryDelay": "1ms"].merging(options) { $1 }.map { GivenOption($0.key, $0.value) }
    return try #require(definition.sink).open(
      SinkRequest(
        options: definition.checkedOptions(given, span: .none), schema: Schema([Field("n", .int)]),
        isChangelog: isChangelog, queryName: "a b", environment: environment(), span: .none))
  }

  private func send(_ sink: any Sink, _ rows: Int32..., epoch: Int64 = 0) throws {
    let step = StepInfo(epoch: epoch, batchNumber: epoch, timestampMicros: 0, inputRows: 0, isSnapshot: false)
    try sink.begin(step)
    try sink.write(ResultRows(Batch(rows: rows.map { [.int32($0)] }, schema: Schema([Field("n", .int)]))))
    try sink.end(step)
  }

  private let ok = "HTTP/1.1 204 No Content\r\n\r\n"

  @Test func rowsArePostedAsArraysOfAStep() throws {
    let requests = try serve([ok, ok, ok])
    let sink = try sink(["batchRows": "2", "headers": "Authorization: Bearer t"])
    try send(sink, 1, 2, 3, epoch: 4)
    try send(sink, 5, epoch: 5)
    try sink.finish()
    let bodies = requests.all.map { $0.components(separatedBy: "\r\n\r\n").last }
    #expect(bodies == ["[{\"n\":1},\n{\"n\":2}]\n", "[{\"n\":3}]\n", "[{\"n\":5}]\n"])
    let first = try #require(requests.all.first)
    #expect(first.hasPrefix("POST /in HTTP/1.1\r\n"))
    #expect(first.contains("Content-Type: application/json\r\n"))
    #expect(first.contains("Authorization: Bearer t\r\n"))
    #expect(requests.all.map { $0.contains("Idempotency-Key: a_b-4-0\r\n") } == [true, false, false])
    #expect(requests.all[1].contains("Idempotency-Key: a_b-4-1\r\n"))
  }

  @Test func aBusyReceiverIsTriedAgain() throws {
    let requests = try serve(["HTTP/1.1 503 Busy\r\n\r\n", "", ok])
    try send(sink(["format": "ndjson"]), 1, 2)
    #expect(requests.all.count == 3)
    #expect(Set(requests.all).count == 1)
    #expect(requests.all[0].hasSuffix("{\"n\":1}\n{\"n\":2}\n"))
  }

  @Test func aReceiverThatAsksForTimeGetsIt() throws {
    let requests = try serve(["HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n\r\n", ok])
    let start = monotonicMicros()
    try send(sink(), 1)
    #expect(requests.all.count == 2)
    #expect(monotonicMicros() - start >= 1_000_000)
  }

  @Test func refusalsAreErrorsThatNameTheStatus() throws {
    let requests = try serve(["HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno!"])
    let error = failure { try send(sink(), 1) }
    #expect(error?.message == "POST \(url)/in: 400 Bad Request: no!")
    #expect(error?.kind.exitCode == 3)
    #expect(requests.all.count == 1)
    _ = try serve([String](repeating: "HTTP/1.1 500 Broken\r\n\r\n", count: 3))
    let broken = failure { try send(sink(["maxRetries": "2"]), 1) }
    #expect(broken?.message == "POST \(url)/in: 500 Broken; given up after 3 attempts")
  }

  @Test(arguments: ["X", "A b: c", "Host: h", ": x", "A: b\u{1}"]) func wrongHeaders(_ headers: String) {
    #expect(failure { _ = try source(["headers": headers]) }?.errorClass == "INVALID_OPTION_VALUE")
  }
}
