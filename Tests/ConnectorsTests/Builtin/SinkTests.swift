import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

@Suite struct SinkTests {
  let folder = TemporaryFolder()

  private func sink(
    _ connector: ConnectorDefinition, _ options: [String: String], schema: Schema = wordCounts,
    isChangelog: Bool = false, output: MemoryOutput = MemoryOutput(), zoneName: String = "UTC"
  ) throws -> any Sink {
    let values = try connector.checkedOptions(options.map { GivenOption($0, $1) }, span: .none)
    var environment = environment(output: output)
    environment.zoneName = zoneName
    guard let factory = connector.sink else { throw SQLError.internal("no sink") }
    return try factory.open(
      SinkRequest(
        options: values, schema: schema, isChangelog: isChangelog, queryName: "wc", environment: environment,
        span: .none))
  }

  private func write(
    _ sink: any Sink, _ steps: [[[Value]]], schema: Schema = wordCounts, isSnapshot: Bool = false
  ) throws {
    for (number, rows) in steps.enumerated() {
      let info = StepInfo(
        epoch: Int64(number), batchNumber: Int64(number), timestampMicros: 0, inputRows: 1,
        isSnapshot: isSnapshot)
      try sink.begin(info)
      if !rows.isEmpty { try sink.write(ResultRows(Batch(rows: rows, schema: schema))) }
      try sink.end(info)
      try sink.commit(epoch: Int64(number))
    }
    try sink.finish()
  }

  private let steps: [[[Value]]] = [[[.string("a"), .int64(1)]], [], [[.string("b"), .null]]]

  @Test func console() throws {
    let output = MemoryOutput()
    try write(sink(.console, ["truncate": "false"], output: output), steps)
    #expect(output.text.contains("Batch: 1\n"))
    #expect(output.text.contains("|word|count|\n"))
    let jsonl = MemoryOutput()
    try write(sink(.console, ["format": "JSONL"], output: jsonl), steps)
    #expect(
      jsonl.text == """
        {"_batch":0,"word":"a","count":1}
        {"_batch":2,"word":"b","count":null}

        """)
    let csv = MemoryOutput()
    try write(sink(.console, ["format": "csv", "header": "false", "sep": ";"], output: csv), steps)
    #expect(csv.text == "a;1\nb;\n")
    for options in [["truncate": "maybe"], ["format": "xml"], ["numRows": "-1"]] {
      #expect(failure { _ = try sink(.console, options) }?.errorClass == "INVALID_OPTION_VALUE")
    }
    #expect(failure { _ = try sink(.console, [:], zoneName: "Mars/Base") }?.errorClass == "INVALID_TIMEZONE")
  }

  @Test func files() throws {
    let path = folder.file("out.csv")
    folder.write("out.csv", "what was there before, which is longer\n")
    try write(sink(.csv, ["path": path, "overwrite": "true"]), steps)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "word,count\na,1\nb,\n")
    try write(sink(.csv, ["path": path, "header": "false", "nullValue": "-", "overwrite": "true"]), steps)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a,1\nb,-\n")
    try write(sink(.csv, ["path": path, "overwrite": "true"]), [])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "word,count\n")
    let json = folder.file("out.json")
    try write(sink(.json, ["path": json]), steps)
    #expect(
      try String(contentsOfFile: json, encoding: .utf8) == "{\"word\":\"a\",\"count\":1}\n{\"word\":\"b\"}\n")
    let text = folder.file("out.txt")
    let lines = Schema([Field("line", .string)])
    try write(
      sink(.text, ["path": text], schema: lines), [[[.string("a")], [.null], [.string("b")]]], schema: lines)
    #expect(try String(contentsOfFile: text, encoding: .utf8) == "a\n\nb\n")
  }

  @Test func filesThatCannotBeWritten() throws {
    #expect(
      failure { _ = try sink(.csv, ["path": folder.file("no/such/out.csv")]) }?.errorClass == "IO_ERROR")
    #expect(failure { _ = try sink(.text, ["path": "x.txt"]) }?.errorClass == "UNSUPPORTED_SCHEMA")
    #expect(
      failure { _ = try sink(.csv, ["path": folder.file("a.csv"), "sep": ""]) }?.errorClass
        == "INVALID_OPTION_VALUE")
    let full = try sink(.csv, ["path": "/dev/full"])
    let error = failure { try write(full, steps) }
    #expect(error?.errorClass == "NO_SPACE_LEFT")
    #expect(error?.message == "writing to '/dev/full' failed: No space left on device")
  }

  @Test func memory() throws {
    let sink = try #require(try sink(.memory, [:]) as? MemorySink)
    try write(sink, steps)
    #expect(try drain(sink.table.open(columns: [0], isSnapshot: true)).lines == ["a", "b"])
    try write(
      sink, [[[.string("c"), .int64(1)]], [[.string("d"), .int64(1)], [.string("e"), .int64(1)]]],
      isSnapshot: true)
    let drained = try drain(sink.table.open(columns: [0], isSnapshot: true))
    #expect(drained.lines == ["d", "e"])
    #expect(drained.boundaries == 1)
  }

  @Test func memoryTakesRowsBack() throws {
    let sink = try #require(try sink(.memory, [:]) as? MemorySink)
    let step = StepInfo(epoch: 0, batchNumber: 0, timestampMicros: 0, inputRows: 1, isSnapshot: false)
    try sink.write(ResultRows(Batch(rows: [[.string("a"), .int64(1)]], schema: wordCounts)))
    try sink.end(step)
    let rows = Batch(rows: [[.string("a"), .int64(1)], [.string("a"), .int64(2)]], schema: wordCounts)
    try sink.write(ResultRows(rows, operations: [.updateBefore, .updateAfter]))
    try sink.end(step)
    #expect(try drain(sink.table.open(columns: [1], isSnapshot: true)).rows == [[.int64(2)]])
  }

  @Test func blackhole() throws { try write(sink(.blackhole, [:]), steps) }
}

@Suite struct DescriptorOutputTests {
  @Test func aClosedPipeIsAnErrorOfItsOwn() throws {
    ignoreBrokenPipes()
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let output = DescriptorOutput(descriptor: ends[1], name: "stdout", closesDescriptor: true)
    close(ends[0])
    try Array("hello\n".utf8).withUnsafeBytes { try output.write($0) }
    let error = failure { try output.flush() }
    #expect(error?.errorClass == "CLOSED_PIPE")
    #expect(error?.kind == .sink)
    try output.flush()
  }

  /// A reader slower than the writer, over a pipe that never blocks: every byte arrives, in order.
  @Test func partialWritesAndFullPipes() throws {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
    let received = Monitor((bytes: [UInt8](), isAtEnd: false))
    try startThread {
      var buffer = [UInt8](repeating: 0, count: 10_000)
      while true {
        let count = read(readEnd, &buffer, buffer.count)
        if count <= 0 { break }
        received.withLock { $0.bytes += buffer[..<count] }
      }
      close(readEnd)
      received.withLock(waking: true) { $0.isAtEnd = true }
    }
    var expected: [UInt8] = []
    var generator = SeededGenerator(seed: 3)
    do {
      let output = DescriptorOutput(descriptor: writeEnd, name: "pipe", closesDescriptor: true)
      #expect(!output.isTerminal)
      for _ in 0..<200 {
        let piece =
          (0..<Int.random(in: 0..<(1 << Int.random(in: 0..<18, using: &generator)) + 1, using: &generator))
          .map { UInt8(truncatingIfNeeded: $0) }
        expected += piece
        try piece.withUnsafeBytes { try output.write($0) }
      }
      try output.flush()
    }
    #expect(received.wait(until: { $0.isAtEnd }) { $0.bytes } == expected)
  }
}
