import Columnar
import Diagnostics
import Testing

@testable import Connectors

/// Encodes steps of rows and gives the text.
struct Encoding {
  var request: RowFormatRequest
  var encoder: any RowEncoder
  var out = MemoryOutput()
  var sink: EncodedSink
  var batchNumber: Int64 = 0

  init(_ format: String, _ schema: Schema, _ change: (inout RowFormatRequest) -> Void = { _ in }) throws {
    request = RowFormatRequest(schema: schema)
    change(&request)
    encoder = try RowFormat.named(format).encoder(request)
    sink = EncodedSink(encoder, output: out)
  }

  mutating func step(
    _ rows: [[Value]], operations: [RowOperation]? = nil, hasConsumed: Bool = true, micros: Int64 = 0
  ) throws {
    let info = StepInfo(
      epoch: batchNumber, batchNumber: batchNumber, timestampMicros: micros, inputRows: 0, isSnapshot: false,
      hasConsumed: hasConsumed)
    try sink.begin(info)
    if !rows.isEmpty {
      try sink.write(ResultRows(Batch(rows: rows, schema: request.schema), operations: operations))
    }
    try sink.end(info)
    batchNumber += 1
  }

  func finish() throws -> String {
    try sink.finish()
    return out.text
  }
}

let wordCounts = Schema([Field("word", .string), Field("count", .bigint)])

func text(
  _ format: String, _ schema: Schema, _ rows: [[Value]],
  _ change: (inout RowFormatRequest) -> Void = { _ in }
) throws -> String {
  var encoding = try Encoding(format, schema) {
    $0.isOneResult = true
    change(&$0)
  }
  try encoding.step(rows)
  return try encoding.finish()
}

let pets: [[Value]] = [
  [.string("cat"), .int64(2)], [.string("dog"), .int64(31)], [.null, .null], [.string(""), .int64(-1)],
]

@Suite struct RowFormatTests {
  @Test(
    arguments: [
      (
        "box",
        """
        ┌──────┬───────┐
        │ word │ count │
        ├──────┼───────┤
        │ cat  │     2 │
        │ dog  │    31 │
        │ NULL │  NULL │
        │      │    -1 │
        └──────┴───────┘

        """
      ),
      (
        "table",
        """
        +------+-------+
        | word | count |
        +------+-------+
        | cat  |     2 |
        | dog  |    31 |
        | NULL |  NULL |
        |      |    -1 |
        +------+-------+

        """
      ),
      (
        "markdown",
        """
        | word | count |
        |------|------:|
        | cat  |     2 |
        | dog  |    31 |
        | NULL |  NULL |
        |      |    -1 |

        """
      ),
      ("csv", "word,count\ncat,2\ndog,31\n,\n\"\",-1\n"),
      ("tsv", "word\tcount\ncat\t2\ndog\t31\n\t\n\t-1\n"),
      ("auto", "word\tcount\ncat\t2\ndog\t31\n\t\n\t-1\n"),
      (
        "jsonl",
        """
        {"word":"cat","count":2}
        {"word":"dog","count":31}
        {"word":null,"count":null}
        {"word":"","count":-1}

        """
      ),
      (
        "json",
        """
        [{"word":"cat","count":2},
        {"word":"dog","count":31},
        {"word":null,"count":null},
        {"word":"","count":-1}]

        """
      ),
      (
        "line",
        """
         word = cat
        count = 2

         word = dog
        count = 31

         word = NULL
        count = NULL

         word =\u{20}
        count = -1


        """
      ),
      (
        "insert",
        """
        INSERT INTO result (word, count) VALUES ('cat', 2L);
        INSERT INTO result (word, count) VALUES ('dog', 31L);
        INSERT INTO result (word, count) VALUES (NULL, NULL);
        INSERT INTO result (word, count) VALUES ('', -1L);

        """
      ),
      (
        "spark",
        """
        -------------------------------------------
        Batch: 0
        -------------------------------------------
        +----+-----+
        |word|count|
        +----+-----+
        | cat|    2|
        | dog|   31|
        |NULL| NULL|
        |    |   -1|
        +----+-----+


        """
      ),
      (
        "pprint",
        """
        -------------------------------------------
        Time: 1970-01-01 00:00:00
        -------------------------------------------
        ('cat', 2)
        ('dog', 31)
        (None, None)
        ('', -1)


        """
      ),
      ("changelog", "+I[cat, 2]\n+I[dog, 31]\n+I[NULL, NULL]\n+I[, -1]\n"),
      ("trash", ""),
    ])
  func aResult(format: String, expected: String) throws {
    #expect(try text(format, wordCounts, pets) == expected)
  }

  @Test(
    arguments: [
      ("box", "┌──────┬───────┐\n│ word │ count │\n├──────┼───────┤\n└──────┴───────┘\n"),
      ("csv", "word,count\n"), ("json", "[]\n"), ("jsonl", ""), ("line", ""), ("insert", ""),
      ("changelog", ""),
      ("markdown", "| word | count |\n|------|------:|\n"),
    ])
  func anEmptyResultShowsItsColumns(format: String, expected: String) throws {
    #expect(try text(format, wordCounts, []) == expected)
    // The engine may have had no step at all.
    let encoding = try Encoding(format, wordCounts) { $0.isOneResult = true }
    #expect(try encoding.finish() == expected)
  }

  /// A stream's steps: tables are blocks, lines go on.
  @Test(
    arguments: [
      ("csv", "word,count\na,1\nb,2\n"),
      ("jsonl", "{\"word\":\"a\",\"count\":1}\n{\"word\":\"b\",\"count\":2}\n"),
      ("json", "[{\"word\":\"a\",\"count\":1}]\n[{\"word\":\"b\",\"count\":2}]\n"),
      (
        "table",
        """
        +------+-------+
        | word | count |
        +------+-------+
        | a    |     1 |
        +------+-------+
        +------+-------+
        | word | count |
        +------+-------+
        | b    |     2 |
        +------+-------+

        """
      ),
    ])
  func aStream(format: String, expected: String) throws {
    var encoding = try Encoding(format, wordCounts)
    try encoding.step([[.string("a"), .int64(1)]])
    try encoding.step([])
    try encoding.step([[.string("b"), .int64(2)]])
    #expect(try encoding.finish() == expected)
  }

  @Test func unknownModesSuggest() {
    let error = failure { _ = try RowFormat.named("jsnl") }
    #expect(error?.errorClass == "UNKNOWN_OUTPUT_MODE")
    #expect(error?.hint == "did you mean \"json\"?" || error?.hint == "did you mean \"jsonl\"?")
    #expect(failure { _ = try RowFormat.named("JSONL") } == nil)
  }

  // MARK: Operations and batches

  @Test func operationsBecomeAColumn() throws {
    let rows: [[Value]] = [
      [.string("a"), .int64(1)], [.string("a"), .int64(1)], [.string("a"), .int64(2)],
      [.string("b"), .int64(1)],
    ]
    let operations: [RowOperation] = [.insert, .updateBefore, .updateAfter, .delete]
    var jsonl = try Encoding("jsonl", wordCounts) {
      $0.isChangelog = true
      $0.showsBatch = true
    }
    jsonl.batchNumber = 7
    try jsonl.step(Array(rows.prefix(2)), operations: Array(operations.prefix(2)))
    #expect(
      try jsonl.finish() == """
        {"_batch":7,"_op":"+I","word":"a","count":1}
        {"_batch":7,"_op":"-U","word":"a","count":1}

        """)
    var csv = try Encoding("csv", wordCounts) { $0.isChangelog = true }
    try csv.step(rows, operations: operations)
    #expect(try csv.finish() == "_op,word,count\n+I,a,1\n-U,a,1\n+U,a,2\n-D,b,1\n")
    var changelog = try Encoding("changelog", wordCounts) { $0.isChangelog = true }
    try changelog.step(rows, operations: operations)
    #expect(try changelog.finish() == "+I[a, 1]\n-U[a, 1]\n+U[a, 2]\n-D[b, 1]\n")
    var plain = try Encoding("csv", wordCounts)
    try plain.step(rows, operations: operations)
    #expect(try plain.finish() == "word,count\na,1\na,2\n")
  }

  // MARK: Special texts

  @Test func csvQuotes() throws {
    let schema = Schema([Field("a,b", .string), Field("c", .double)])
    let values = ["x,y", "say \"hi\"", "two\nlines", "cr\r", " pad", "pad ", "plain", "a;b"]
    let result = try text("csv", schema, values.map { [.string($0), .float64(1.5)] })
    #expect(
      result
        == "\"a,b\",c\n\"x,y\",1.5\n\"say \"\"hi\"\"\",1.5\n\"two\nlines\",1.5\n\"cr\r\",1.5\n\" pad\",1.5\n"
        + "\"pad \",1.5\nplain,1.5\na;b,1.5\n")
    let other = try text("csv", schema, [[.string("a;b"), .null]]) {
      $0.separator = ";"
      $0.nullText = "\\N"
      $0.hasHeader = false
    }
    #expect(other == "\"a;b\";\\N\n")
  }

  @Test func tsvEscapes() throws {
    let result = try text("tsv", Schema([Field("a", .string)]), [[.string("a\tb\\c\nd\re")]])
    #expect(result == "a\na\\tb\\\\c\\nd\\re\n")
  }

  @Test func tablesEscapeControlsAndCountWidths() throws {
    let schema = Schema([Field("wort", .string)])
    let rows: [[Value]] =
      ["日本語", "e\u{301}a", "a\tb\u{1B}[1m", "🦉"].map { [.string($0)] } + [[.bytes([0xFF, 97])]]
    #expect(
      try text("table", schema, rows) == """
        +---------------+
        | wort          |
        +---------------+
        | 日本語        |
        | e\u{301}a            |
        | a\\tb\\u001b[1m |
        | 🦉            |
        | \u{FFFD}a            |
        +---------------+

        """)
    #expect(try text("markdown", schema, [[.string("a|b")]]) == "| wort |\n|------|\n| a\\|b |\n")
  }

  @Test func aTerminalTooNarrowGetsLines() throws {
    func auto(_ columns: Int) throws -> String {
      try text("auto", wordCounts, [[.string("cat"), .int64(1)]]) { $0.columnsMax = columns }
    }
    #expect(try auto(16).hasPrefix("┌──────┬───────┐\n"))
    #expect(try auto(15) == " word = cat\ncount = 1\n\n")
  }

  /// Beyond the rows that are held the widths stay and rows go out as they come.
  @Test func largeTablesStream() throws {
    let schema = Schema([Field("n", .int)])
    let encoding = try Encoding("table", schema) { $0.isOneResult = true }
    let info = StepInfo(epoch: 0, batchNumber: 0, timestampMicros: 0, inputRows: 0, isSnapshot: false)
    let rows = Batch(rows: (0..<1000).map { [.int32($0)] }, schema: schema)
    for piece in 1...20 {
      try encoding.sink.write(ResultRows(rows))
      if piece < 10 { #expect(encoding.out.text.isEmpty) }
    }
    #expect(!encoding.out.text.isEmpty)
    try encoding.sink.end(info)
    let lines = try encoding.finish().split(separator: "\n")
    #expect(lines.count == 20_004)
    #expect(lines.allSatisfy { $0.utf8.count == 7 })
    let cut = try text("table", schema, (0..<9).map { [.int32($0)] }) { $0.rowsMax = 2 }
    #expect(cut.hasSuffix("| 1 |\n+---+\n2 of 9 rows shown\n"))
  }
}
