import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

/// Files and folders of files, written and read back.
@Suite struct FileSinkTests {
  let folder = TemporaryFolder()
  private static let pair = Schema([Field("a", .bigint), Field("b", .string)])

  private func open(
    _ connector: ConnectorDefinition, _ options: [String: String], schema: Schema = FileSinkTests.pair,
    isBounded: Bool = true, zoneName: String = "UTC"
  ) throws -> any Sink {
    var environment = environment()
    environment.zoneName = zoneName
    return try #require(connector.sink).open(
      SinkRequest(
        options: connector.checkedOptions(options.map { GivenOption($0, $1) }, span: .none), schema: schema,
        isChangelog: false, isBounded: isBounded, queryName: "q", environment: environment, span: .none))
  }

  private func info(_ epoch: Int64, isSnapshot: Bool = false) -> StepInfo {
    StepInfo(epoch: epoch, batchNumber: epoch, timestampMicros: 0, inputRows: 1, isSnapshot: isSnapshot)
  }

  private func step(
    _ sink: any Sink, _ epoch: Int64, _ rows: [[Value]], schema: Schema = FileSinkTests.pair, isSnapshot: Bool = false,
    commits: Bool = true
  ) throws {
    let info = info(epoch, isSnapshot: isSnapshot)
    try sink.begin(info)
    if !rows.isEmpty { try sink.write(ResultRows(Batch(rows: rows, schema: schema))) }
    if commits {
      try sink.end(info)
      try sink.commit(epoch: epoch)
    }
  }

  private func text(_ name: String) -> String? { try? String(contentsOfFile: folder.file(name), encoding: .utf8) }

  private func names(_ path: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + path).sorted()
  }

  private func row(_ a: Int64, _ b: String) -> [Value] { [.int64(a), .string(b)] }

  // MARK: One file

  @Test func aNewFileAppearsWhenItIsWhole() throws {
    let sink = try open(.csv, ["path": folder.file("o.csv")])
    try step(sink, 0, [row(1, "x")])
    #expect(text("o.csv") == nil)
    try sink.finish()
    #expect(text("o.csv") == "a,b\n1,x\n")
    #expect(try names() == ["o.csv"])
  }

  @Test func whatIsThereStays() throws {
    folder.write("o.csv", "a,b\n0,w\n")
    for (epoch, options) in [[:], ["overwrite": "true"]].enumerated() {
      let sink = try open(.csv, options.merging(["path": folder.file("o.csv")]) { $1 })
      try step(sink, Int64(epoch), [row(1, "x")])
      try sink.finish()
      #expect(text("o.csv") == (epoch == 0 ? "a,b\n0,w\n1,x\n" : "a,b\n1,x\n"))
    }
  }

  /// Somebody else's last line may have no end: the first row is not written into it. A step without rows changes nothing.
  @Test func aLineThatWasLeftOpenIsEnded() throws {
    for (there, whole) in [("a,b\n0,w", "a,b\n0,w\n1,x\n"), ("a,b\r\n0,w\r\n", "a,b\r\n0,w\r\n1,x\n")] {
      folder.write("o.csv", there)
      let idle = try open(.csv, ["path": folder.file("o.csv")])
      try step(idle, 0, [])
      try idle.finish()
      #expect(text("o.csv") == there)
      let failed = try open(.csv, ["path": folder.file("o.csv")])
      try step(failed, 0, [row(1, "x")], commits: false)
      try failed.finish()
      #expect(text("o.csv") == there)
      let sink = try open(.csv, ["path": folder.file("o.csv")])
      try step(sink, 0, [row(1, "x")])
      try sink.finish()
      #expect(text("o.csv") == whole)
    }
  }

  /// Rows are not added below a header that is not theirs; a snapshot takes the place of any.
  @Test(arguments: [("b,a\n1,2\n", "b, a"), ("a\n1\n", "a"), ("1,2,3\n", "_c0, _c1, _c2")]) func otherColumnsAreAnError(there: String, columns: String) throws {
    folder.write("o.csv", there)
    let sink = try open(.csv, ["path": folder.file("o.csv")])
    let error = failure { try step(sink, 0, [row(1, "x")]) }
    #expect(error?.errorClass == "CSV_HEADER_MISMATCH")
    #expect(error?.message.contains("has the columns (\(columns)), to be added are (a, b)") == true, "\(String(describing: error))")
    try sink.finish()
    #expect(text("o.csv") == there)
    let snapshots = try open(.csv, ["path": folder.file("o.csv")], isBounded: false)
    try step(snapshots, 0, [row(1, "x")], isSnapshot: true)
    try snapshots.finish()
    #expect(text("o.csv") == "a,b\n1,x\n")
  }

  @Test(arguments: ["A,B\n1,2\n", "1,2\n", "x,y\n1,2\n"]) func columnsThatMayBeTheSameAreNone(there: String) throws {
    folder.write("o.csv", there)
    let sink = try open(.csv, ["path": folder.file("o.csv")])
    try step(sink, 0, [row(1, "x")])
    try sink.finish()
    #expect(text("o.csv") == there + "1,x\n")
  }

  /// Rows of a step that fails are never seen, whatever the file held before.
  @Test(arguments: [true, false]) func aFailedStepLeavesNothing(isBounded: Bool) throws {
    let long = String(repeating: "long enough for several writes ", count: 10_000)
    for existing in [nil, "a,b\n0,w\n"] {
      try? FileManager.default.removeItem(atPath: folder.file("o.csv"))
      if let existing { folder.write("o.csv", existing) }
      let sink = try open(.csv, ["path": folder.file("o.csv")], isBounded: isBounded)
      if !isBounded { try step(sink, 0, [row(1, "x")]) }
      try step(sink, 1, [row(2, long)], commits: false)
      try sink.finish()
      let header = existing ?? "a,b\n"
      #expect(text("o.csv") == (isBounded ? existing : header + "1,x\n"))
      #expect(try names() == (isBounded && existing == nil ? [] : ["o.csv"]))
    }
  }

  @Test func aGrowingFileShowsEachStep() throws {
    let sink = try open(.json, ["path": folder.file("o.json")], isBounded: false)
    for epoch in 0..<3 {
      try step(sink, Int64(epoch), [row(Int64(epoch), "x")])
      #expect(text("o.json")?.split(separator: "\n").count == epoch + 1)
    }
    try sink.finish()
  }

  @Test func aSnapshotTakesThePlaceOfTheOneBefore() throws {
    folder.write("o.csv", "old\n")
    let sink = try open(.csv, ["path": folder.file("o.csv")], isBounded: false)
    for epoch in 0..<3 {
      try step(sink, Int64(epoch), [row(Int64(epoch), "x")], isSnapshot: true)
      #expect(text("o.csv") == "a,b\n\(epoch),x\n")
    }
    try step(sink, 3, [], isSnapshot: true)
    try sink.finish()
    #expect(text("o.csv") == "a,b\n")
    #expect(try names() == ["o.csv"])
  }

  @Test func aLinkStaysALink() throws {
    folder.write("real.csv", "")
    symlink(folder.file("real.csv"), folder.file("link.csv"))
    let sink = try open(.csv, ["path": folder.file("link.csv"), "overwrite": "true"])
    try step(sink, 0, [row(1, "x")])
    try sink.finish()
    #expect(text("real.csv") == "a,b\n1,x\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.csv")) == folder.file("real.csv"))
  }

  /// Files that are half written when the disk is full are TroubleTests': a limit would be everybody's in this process.
  @Test func aFullDiskIsAnError() throws {
    let sink = try open(.csv, ["path": "/dev/full"])
    #expect(failure { try step(sink, 0, [row(1, "x")]) }?.errorClass == "NO_SPACE_LEFT")
  }

  // MARK: Folders

  @Test func partFilesOfAFolder() throws {
    let sink = try open(.csv, ["path": folder.file("new/deep/"), "compression": "gzip"], isBounded: false)
    try step(sink, 0, [row(1, "x")])
    try step(sink, 1, [])
    try step(sink, 2, [row(2, "y")])
    try step(sink, 3, [row(3, "z")], commits: false)
    #expect(try names("/new/deep").filter { !$0.hasPrefix(".") }.count == 2)
    try sink.finish()
    let parts = try names("/new/deep")
    #expect(parts.count == 2)
    #expect(parts[0].hasPrefix("part-00000-") && parts[1].hasPrefix("part-00002-"))
    #expect(parts.allSatisfy { $0.hasSuffix(".csv.gz") })
    let rows = try drain(openSource(.csv, ["path": folder.file("new/deep")])).rows
    #expect(rows == [row(1, "x"), row(2, "y")])
    let again = try open(.csv, ["path": folder.file("new/deep/"), "overwrite": "true"])
    try step(again, 0, [row(9, "z")])
    try again.finish()
    #expect(try drain(openSource(.csv, ["path": folder.file("new/deep")])).rows == [row(9, "z")])
  }

  /// Nothing still says what its columns are, so that the folder can be read.
  @Test func aFolderWithoutRows() throws {
    for (isBounded, expected) in [(true, ["a,b\n"]), (false, [])] {
      let sink = try open(.csv, ["path": folder.file("none\(isBounded)/")], isBounded: isBounded)
      try sink.finish()
      #expect(try names("/none\(isBounded)").map { text("none\(isBounded)/\($0)") ?? "" } == expected)
    }
    let stopped = try open(.csv, ["path": folder.file("stopped/")])
    stopped.stopRequested()
    try stopped.finish()
    #expect(try names("/stopped").isEmpty)
  }

  /// As Spark 4.3 writes the same rows with the same options.
  @Test(
    arguments: [
      (["escape": "\\"], #"x\"y"#, #""x\\\"y""#), ([:], "#c", "#c"), (["comment": "#"], "#c", "\"#c\""),
      (["escape": "\\", "charToEscapeQuoteEscaping": "|"], #"a,x\"y"#, #""a,x|\\"y""#),
      (["escapeQuotes": "false"], "q\"q", "q\"q"), (["escapeQuotes": "false", "escape": "\\"], "q\",q", "\"q\\\",q\""),
      (["ignoreLeadingWhiteSpace": "true"], "  x ", "\"x \""), (["ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true"], "  x ", "x"),
      (["emptyValue": "E"], "", "E"), (["quoteAll": "true"], "x", "\"x\""),
    ] as [([String: String], String, String)])
  func writingOptions(options: [String: String], value: String, written: String) throws {
    let schema = Schema([Field("s", .string)])
    let sink = try open(.csv, options.merging(["path": folder.file("w.csv"), "header": "false"]) { $1 }, schema: schema)
    try step(sink, 0, [[.string(value)]], schema: schema)
    try sink.finish()
    #expect(text("w.csv") == written + "\n")
  }

  @Test func aFolderOfSnapshotsHoldsTheLast() throws {
    let sink = try open(.json, ["path": folder.file("s/")], isBounded: false)
    try step(sink, 0, [row(1, "x")], isSnapshot: true)
    try step(sink, 1, [row(2, "y")], isSnapshot: true)
    #expect(try drain(openSource(.json, ["path": folder.file("s")])).rows == [row(2, "y")])
    try step(sink, 2, [], isSnapshot: true)
    try sink.finish()
    #expect(try drain(openSource(.json, ["path": folder.file("s")], schema: Self.pair)).rows.isEmpty)
  }

  // MARK: There and back

  private static let scalars = Schema([
    Field("t", .boolean), Field("i", .int), Field("l", .bigint), Field("d", .double),
    Field("n", .decimal(precision: 10, scale: 3)), Field("s", .string), Field("day", .date), Field("ts", .timestamp),
    Field("nt", .timestampNTZ),
  ])

  private static let texts = [
    "", " ", "plain", "a,b", "say \"x\"", "\"", "\\", "end\\", "back\\\"quote, \\\\", "two\nlines", "\r\n", "tab\t", "é🦀 ñ",
    "'single'", "#comment", "NULL", " lead", "trail ", ",", "\u{1}",
  ]

  private static let rows: [[Value]] =
    texts.map {
      [
        .bool(true), .int32(.min), .int64(.max), .float64(0.1), .int128(-1_234_567), .string($0), .int32(-719_162),
        .int64(1_704_164_645_123_456), .int64(-1),
      ]
    } + [
      [.bool(false), .int32(0), .int64(.min), .float64(.nan), .int128(0), .string("x"), .int32(0), .int64(0), .int64(1_000)],
      [.bool(false), .null, .null, .float64(-.infinity), .null, .null, .null, .int64(-62_135_596_800_000_000), .null],
      Array(repeating: .null, count: 9),
    ]

  @Test(arguments: [
    [:], ["compression": "gzip"], ["compression": "zstd"], ["sep": "\\t"], ["sep": "||"], ["nullValue": "NA"],
    ["escape": "\""], ["escape": "\\"], ["comment": "#"], ["escape": "\\", "charToEscapeQuoteEscaping": "|"], ["quoteAll": "true", "nullValue": "-"],
    ["quote": "'"], ["timeZone": "Asia/Tokyo"],
    ["timestampFormat": "dd/MM/yyyy HH:mm:ss.SSSSSSxxx", "dateFormat": "dd/MM/yyyy", "timeZone": "UTC"],
  ])
  func csvIsReadBackAsWritten(options: [String: String]) throws {
    let options = options.merging(["path": folder.file("r.csv"), "multiLine": "true"]) { $1 }
    let sink = try open(.csv, options, schema: Self.scalars, zoneName: "America/New_York")
    try step(sink, 0, Self.rows, schema: Self.scalars)
    try sink.finish()
    var reading = options
    if let packed = options["compression"] {
      reading["path"] = folder.file(packed == "gzip" ? "p.csv.gz" : "p.csv.zst")
      rename(folder.file("r.csv"), reading["path"])
    }
    // Another zone: what was written names its own.
    let back = try drain(openSource(.csv, reading, schema: Self.scalars)).rows
    #expect(back.count == Self.rows.count)
    for (written, read) in zip(Self.rows, back) { #expect("\(written)" == "\(read)") }
  }

  @Test func jsonIsReadBackAsWritten() throws {
    let nested: DataType = .structure([Field("x", .array(.bigint)), Field("m", .map(key: .string, value: .double))])
    let schema = Schema(Self.scalars.fields + [Field("z", nested), Field("bin", .binary)])
    let value = Value.structure([.list([.int64(1), .null]), .map([Value.MapEntry(.string("k\"\n"), .float64(1.5))])])
    let rows = Self.rows.map { $0 + [value, .bytes([0, 255, 10])] } + [Array(repeating: .null, count: 11)]
    for path in ["r.json", "r.json.gz", "r.json.zst"] {
      let sink = try open(.json, ["path": folder.file(path)], schema: schema, zoneName: "America/New_York")
      try step(sink, 0, rows, schema: schema)
      try sink.finish()
      let back = try drain(openSource(.json, ["path": folder.file(path)], schema: schema)).rows
      #expect(back.count == rows.count)
      for (written, read) in zip(rows, back) { #expect("\(written)" == "\(read)") }
    }
  }

  @Test func aRowOfOneNullIsARow() throws {
    let schema = Schema([Field("n", .bigint)])
    let sink = try open(.csv, ["path": folder.file("n.csv")], schema: schema)
    try step(sink, 0, [[.int64(1)], [.null], [.int64(2)]], schema: schema)
    try sink.finish()
    #expect(try drain(openSource(.csv, ["path": folder.file("n.csv")])).rows == [[.int64(1)], [.null], [.int64(2)]])
  }

  @Test func whatCannotBeWritten() throws {
    let nested = Schema([Field("l", .array(.int))])
    #expect(
      failure { _ = try open(.csv, ["path": folder.file("x.csv")], schema: nested) }?.errorClass
        == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE")
    for options in [
      ["path": folder.file("x.csv"), "encoding": "latin1"], ["path": folder.file("x.csv.gz"), "compression": "zstd"],
      ["path": folder.file("x.csv.xz")],
    ] {
      #expect(failure { _ = try open(.csv, options) } != nil)
    }
    #expect(try names().isEmpty)
  }
}

/// `open` of the test support: the suite has one of its own.
private func openSource(
  _ connector: ConnectorDefinition, _ options: [String: String], schema: Schema? = nil
) throws -> any Source {
  try open(connector, options, schema: schema)
}
