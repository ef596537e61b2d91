import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

@Suite struct ExecTests {
  @Test func linesOfACommand() throws {
    #expect(try drain(open(.exec, ["command": "printf 'a\\nb\\nc'"])).lines == ["a", "b", "c"])
    #expect(try drain(open(.exec, ["command": "cat"])).lines == [], "it has no stdin")
  }

  @Test func aBadStatusIsAnErrorAfterTheLines() throws {
    let source = try open(.exec, ["command": "echo a; exit 3"])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    var lines: [String] = []
    let error = failure {
      while true {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): lines += try morsel.rows().map { $0[0].text ?? "" }
        case .idle: arrivals.wait()
        case .ended, .stepBoundary: return
        }
      }
    }
    #expect(lines == ["a"])
    #expect(error?.errorClass == "EXEC_FAILED")
    #expect(error?.message == "exec('echo a; exit 3') ended with exit status 3")
    #expect(error?.kind.exitCode == 3)
    source.stop()
    let signal = failure { _ = try drain(open(.exec, ["command": "kill -9 $$"])) }
    #expect(signal?.message == "exec('kill -9 $$') was ended by signal 9")
  }

  @Test func itIsRunAgainIfToldTo() throws {
    let error = failure {
      _ = try drain(open(.exec, ["command": "exit 1", "maxRetries": "2", "retryDelay": "1ms"]))
    }
    #expect(error?.message == "exec('exit 1') ended with exit status 1; given up after 3 attempts")
  }

  /// The command and what it started are gone with the query, and no zombie is left.
  @Test func theProcessGroupEndsWithTheQuery() throws {
    let request = try request(.exec, ["command": "sleep 1000 & echo $$ $!; trap '' TERM; sleep 1000; sleep 1000"])
    let factory = try #require(ConnectorDefinition.exec.source)
    let description = try factory.describe(request)
    let source = try factory.open(request, description, [0])
    let arrivals = Arrivals()
    try source.start(onArrival: arrivals.callback)
    var line: String?
    while line == nil {
      var limit = ReadLimit()
      if case .morsel(let morsel) = try source.poll(&limit) {
        line = try morsel.rows().first?[0].text
      } else {
        arrivals.wait()
      }
    }
    let pids = try #require(line).split(separator: " ").compactMap { Int32($0) }
    #expect(pids.count == 2)
    #expect(pids.allSatisfy { isRunning($0) })
    source.stop()
    description.hub?.shutDown()
    #expect(!pids.contains { isRunning($0) })
    #expect(access("/proc/\(pids[0])", F_OK) != 0, "the shell is a zombie")
  }

  /// Neither gone nor waiting to be collected by init.
  private func isRunning(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }

  private func sink(_ command: String, _ options: [String: String] = [:]) throws -> any Sink {
    let definition = ConnectorDefinition.exec
    let given = options.merging(["command": command]) { $1 }.map { GivenOption($0.key, $0.value) }
    return try #require(definition.sink).open(
      SinkRequest(
        options: definition.checkedOptions(given, span: .none), schema: Schema([Field("n", .int)]), isChangelog: false,
        queryName: "q", environment: environment(), span: .none))
  }

  private let step = StepInfo(epoch: 0, batchNumber: 0, timestampMicros: 0, inputRows: 2, isSnapshot: false)
  private let rows = ResultRows(Batch(rows: [[.int32(1)], [.null]], schema: Schema([Field("n", .int)])))

  @Test func rowsGoToACommand() throws {
    let folder = TemporaryFolder()
    for (format, text) in [("json", "{\"n\":1}\n{\"n\":null}\n"), ("csv", "1\n\n")] {
      let sink = try sink("cat > \(folder.file(format))", ["format": format])
      try sink.begin(step)
      try sink.write(rows)
      try sink.end(step)
      try sink.finish()
      #expect(try String(contentsOfFile: folder.file(format), encoding: .utf8) == text)
    }
  }

  @Test func aSinkThatFailsSaysHow() throws {
    let late = try sink("cat > /dev/null; exit 7")
    #expect(failure { try late.finish() }?.message == "exec('cat > /dev/null; exit 7') ended with exit status 7")
    ignoreBrokenPipes()
    let early = try sink("exit 5")
    let error = failure {
      while true {
        try early.begin(step)
        try early.write(rows)
        try early.end(step)
        usleep(1000)
      }
    }
    #expect(error?.errorClass == "EXEC_FAILED")
    #expect(error?.kind.exitCode == 3)
  }
}
