import Columnar
import Diagnostics
import Glibc
import Testing

@testable import Connectors

@Suite struct ListenTests {
  /// A port that was free a moment ago.
  let port = Listener().port

  /// Connects as soon as somebody listens.
  private func connect() throws -> Peer {
    let wake = try WakePipe()
    for _ in 0..<1000 {
      do {
        if let descriptor = try TcpConnect.open(host: "127.0.0.1", port: port, kind: .sink, hint: nil, wake: wake) {
          _ = fcntl(descriptor, F_SETFL, 0)
          return Peer(descriptor: descriptor)
        }
      } catch { usleep(5000) }
    }
    throw SQLError.internal("nobody listens")
  }

  @Test func linesOfSeveralSendersStayWhole() throws {
    let source = try open(.listen, ["address": "\(port)", "senders": "3"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let (a, b) = (try connect(), try connect())
    for i in 0..<100 {
      a.send("a\(i) ")
      b.send("b\(i) ")
      a.send("end\n")
      b.send("end\n")
    }
    a.close()
    b.reset()
    let c = try connect()
    c.send("unterminated")
    c.close()
    let lines = try drain(source, arrivals).lines
    #expect(lines.filter { $0.hasPrefix("a") } == (0..<100).map { "a\($0) end" })
    // A reset throws away what was not read yet, be it in the middle of a line.
    let ofB = lines.filter { $0.hasPrefix("b") && $0.hasSuffix(" end") }
    #expect(ofB == (0..<100).map { "b\($0) end" }.dropLast(100 - ofB.count))
    #expect(lines.last == "unterminated")
    source.stop()
  }

  @Test func aLineThatIsTooLongCostsItsSenderTheConnectionAlone() throws {
    let request = try request(.listen, ["address": "127.0.0.1:\(port)", "senders": "2", "maxLineBytes": "1000"])
    let factory = try #require(ConnectorDefinition.listen.source)
    let description = try factory.describe(request)
    let source = try factory.open(request, description, [0])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    let (bad, good) = (try connect(), try connect())
    signal(SIGPIPE, SIG_IGN)
    bad.send(String(repeating: "x", count: 5000))
    #expect(bad.isClosedByReader())
    good.send("fine\n")
    good.close()
    #expect(try drain(source, arrivals).lines == ["fine"])
    #expect(description.malformed?.count == 1)
    source.stop()
  }

  @Test func aPortInUseIsAnErrorThatNamesIt() throws {
    let taken = Listener()
    let error = failure { _ = try drain(open(.listen, ["address": "127.0.0.1:\(taken.port)"])) }
    #expect(error?.errorClass == "CONNECTION_FAILED")
    #expect(error?.message == "cannot listen on 127.0.0.1:\(taken.port): Address already in use")
    for address in ["", "x", "0", "127.0.0.1:99999"] {
      #expect(failure { _ = try open(.listen, ["address": address]) }?.errorClass == "INVALID_OPTION_VALUE")
    }
  }
}
