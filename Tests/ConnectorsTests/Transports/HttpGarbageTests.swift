import Columnar
import Diagnostics
import Glibc
import Testing

@testable import Connectors

/// Servers that send what they should not: an error that says so, the rows before it kept, never a trap or a hang.
@Suite struct HttpGarbageTests {
  let listener = Listener()

  private static let ok = "HTTP/1.1 200 OK\r\n"
  private static let events = ok + "Content-Type: text/event-stream\r\n\r\n"

  /// Reads to the end of one answer: the lines that came, and the error.
  private func read(_ answer: [UInt8], _ options: [String: String] = [:]) throws -> (lines: [String], error: SQLError?) {
    let listener = listener
    try startThread {
      let peer = listener.accept()
      _ = peer.request()
      peer.send(bytes: answer)
      peer.close()
    }
    let source = try open(.http, ["url": "http://127.0.0.1:\(listener.port)/"].merging(options) { $1 })
    let arrivals = Arrivals()
    var lines: [String] = []
    let error = failure {
      try source.start(onArrival: arrivals.callback)
      reading: while true {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): lines += try morsel.rows().map { $0[0].text ?? "NULL" }
        case .idle: arrivals.wait()
        case .stepBoundary: break
        case .ended: break reading
        }
      }
    }
    source.stop()
    return (lines, error)
  }

  @Test(arguments: [
    "\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 -1 OK\r\n\r\n", "HTTP/1.1 99999999999999999999 OK\r\n\r\n",
    "200 OK\r\n\r\n", "<html></html>\n\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
  ])
  func headsThatAreNone(answer: String) throws {
    let (lines, error) = try read(Array(answer.utf8))
    #expect(lines.isEmpty)
    #expect(error?.errorClass == "MALFORMED_RESPONSE", "\(answer)")
    #expect(error?.kind.exitCode == 3)
  }

  @Test(arguments: ["X: " + String(repeating: "y", count: 100_000), String(repeating: "A: b\r\n", count: 20_000)])
  func headersWithoutEnd(headers: String) throws {
    let error = try read(Array((Self.ok + headers).utf8)).error
    #expect(error?.message.contains("the head of the answer exceeds") == true)
  }

  @Test(arguments: [
    ("4\r\na\nb\n\r\n5\r\nc\n", "CONNECTION_RESET"), ("4\r\na\nb\n\r\n", "CONNECTION_RESET"), ("4\r\na\nb\n\r\nzz\r\n", "MALFORMED_RESPONSE"),
    ("4\r\na\nb\nXX", "MALFORMED_RESPONSE"), ("4\r\na\nb\n\r\nffffffffffffffff\r\n", "MALFORMED_RESPONSE"),
  ])
  func chunksThatBreakOff(body: String, errorClass: String) throws {
    let (lines, error) = try read(Array((Self.ok + "Transfer-Encoding: chunked\r\n\r\n" + body).utf8))
    #expect(lines.starts(with: ["a", "b"]), "\(lines)")
    #expect(error?.errorClass == errorClass)
  }

  @Test func eventsAmongGarbage() throws {
    let text =
      "\u{FEFF}garbage\n: comment\nretry: soon\nretry: -1\nid: a\u{0}b\ndata\n\nevent: x\n\n\n\ndata: one\ndata: two\n\n:\ndata:three\r\r"
      + "unknown: field\ndata: cut off"
    let (lines, error) = try read(Array((Self.events + text).utf8))
    #expect(lines == ["", "one two", "three"])
    #expect(error == nil)
    let long = try read(Array((Self.events + "data: " + String(repeating: "x", count: 5000)).utf8), ["maxLineBytes": "1000"])
    #expect(long.error?.errorClass == "LINE_TOO_LONG")
  }

  @Test func invalidUTF8IsKept() throws {
    let (lines, error) = try read(Array((Self.ok + "\r\n").utf8) + [0xFF, 0xFE, 0x0A, 0x00, 0x0A, 0xC3, 0x0A, 0x61])
    #expect(lines.count == 4)
    #expect(lines.last == "a")
    #expect(error == nil)
    let events = try read(Array((Self.events + "data: ").utf8) + [0xFF, 0x0A, 0x0A])
    #expect(events.lines.count == 1)
  }

  /// Whatever comes, it ends.
  @Test(arguments: 0..<8) func mutatedAnswers(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed + 100)
    for _ in 0..<6 {
      var bytes = Array((Self.ok + "Transfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n9\r\ndata: a\n\n\r\n0\r\n\r\n").utf8)
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) { bytes[at] = UInt8.random(in: 0...255, using: &random) } else { bytes.remove(at: at) }
      }
      let (lines, error) = try read(bytes)
      #expect(lines.count <= bytes.count)
      if let error { #expect(!error.errorClass.isEmpty && error.kind.exitCode == 3) }
    }
  }
}
