import Columnar
import Diagnostics
import Testing

@testable import Connectors

/// What a file says of itself where no option does: separators, comments, records of several lines, documents.
@Suite struct SniffingTests {
  let folder = TemporaryFolder()

  /// Names of the columns, and the rows as texts.
  private func read(
    _ connector: ConnectorDefinition, _ text: String, _ options: [String: String] = [:]
  ) throws -> [String] {
    folder.write("f", text)
    let options = options.merging(["path": folder.file("f")]) { $1 }
    let request = try request(connector, options)
    let description = try #require(connector.source).describe(request)
    let rows = try drain(open(connector, options)).rows.map { row in
      zip(row, description.schema.fields).map { value, field in
        var text = ByteWriter()
        var printer = ColumnText()
        printer.append(row: 0, of: Column([value], type: field.type), type: field.type, to: &text)
        return value == .null ? "NULL" : text.string
      }.joined(separator: "|")
    }
    return [description.schema.names.joined(separator: "|")] + rows
  }

  @Test(arguments: [
    ("id;name;amt\n1;a;1,5\n2;b;2,5\n", ["id|name|amt", "1|a|1,5", "2|b|2,5"]),
    ("id|name\n1|a\n", ["id|name", "1|a"]), ("id\tname\n1\ta\n", ["id|name", "1|a"]),
    // The usual separator stays if it separates anything, and where nothing does.
    ("a;b,c\n1;2,3\n", ["a;b|c", "1;2|3"]), ("name\nx;y\nz\n", ["name", "x;y", "z"]),
    // Names that are not the whole line with the other separator either.
    ("a|b|c\n1\n2\n3\n", ["a|b|c", "1", "2", "3"]),
    ("# a comment\n# another\na,b\n1,2\n# within\n3,4\n", ["a|b", "1|2", "3|4"]),
    ("#id,name\n1,a\n", ["#id|name", "1|a"]), ("#1\n#2\n", ["#1", "#2"]),
    ("a,b\n1,\"x\ny\"\n2,z\n", ["a|b", "1|x\ny", "2|z"]), ("a;b\n\"x\r\n\"\"y\"\"\";1\n", ["a|b", "x\r\n\"y\"|1"]),
    ("a,a,b\n1,2,3\n", ["a0|a1|b", "1|2|3"]), ("a,,c\n1,2,3\n", ["a|_c1|c", "1|2|3"]),
  ])
  func separatedValues(text: String, expected: [String]) throws {
    #expect(try read(.csv, text) == expected)
  }

  @Test func whatIsGivenStays() throws {
    #expect(try read(.csv, "a;b\n1;2\n", ["sep": ","]) == ["a;b", "1;2"])
    #expect(try read(.csv, "# c\na,b\n1,2\n", ["comment": "%", "header": "true"]).first == "# c")
    #expect(try read(.csv, "a,b\n1,\"x\ny\"\n", ["multiLine": "false"]).count == 3)
    #expect(try read(.tsv, "a,b\n1,2\n") == ["a|b", "1|2"])
  }

  /// A quote that is never closed makes no record of several lines.
  @Test func anOpenQuoteIsMalformed() throws {
    #expect(try read(.csv, "a,b\n1,\"x\n2,y\n3,z\n") == ["a|b", "NULL|NULL", "2|y", "3|z"])
  }

  @Test(arguments: [
    ("[{\"a\":1},\n {\"a\":2}]", ["a", "1", "2"]), ("[\n{\"a\":1},{\"a\":2}\n]\n", ["a", "1", "2"]),
    ("{\n \"a\": 1\n}\n", ["a", "1"]), ("{\"a\":1,\n\"b\":2}\n", ["a|b", "1|2"]),
    ("[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]\n", ["a", "1", "2", "3"]),
    ("{\"a\":1,\n{\"a\":2}\n{\"a\":3}\n", ["a", "NULL", "2", "3"]),
    // A record that is no object says nothing about the columns.
    ("{\"a\":1}\n0\n\"x\"\n{\"a\":3}\n", ["a", "1", "NULL", "NULL", "3"]),
  ])
  func documents(text: String, expected: [String]) throws {
    #expect(try read(.json, text) == expected)
  }

  @Test func whatHasNoColumnsSaysWhy() {
    for (text, reason) in [("{}\n{}\n", "the objects in"), ("[1]\n2\n", "holds no JSON objects"), ("", "is empty")] {
      let error = failure { _ = try read(.json, text) }
      #expect(error?.errorClass == "UNABLE_TO_INFER_SCHEMA" && error?.message.contains(reason) == true, "\(String(describing: error))")
    }
  }

  /// Records are found wherever the pieces end that a file is read in.
  @Test func recordsOfLinesInALargeFile() throws {
    let count = 30_000
    let text = "id,t\n" + (0..<count).map { "\($0),\"line \($0)\r\nwith \"\"quotes\"\", and\n\nlines\"\n" }.joined()
    #expect(text.utf8.count > 3 * LineFraming.chunkBytes)
    let rows = try read(.csv, text)
    #expect(rows.count == count + 1)
    #expect(rows[1...].enumerated().allSatisfy { $1 == "\($0)|line \($0)\r\nwith \"quotes\", and\n\nlines" })
  }

  @Test func aRecordWithoutEndIsAnError() throws {
    folder.write("o.csv", "a,b\n1,\"x" + String(repeating: "y\n", count: 500_000))
    let error = failure {
      _ = try drain(open(.csv, ["path": folder.file("o.csv"), "multiLine": "true", "maxLineBytes": "1000"]))
    }
    #expect(error?.errorClass == "LINE_TOO_LONG")
  }

  /// Files of one pattern whose headers differ are not mixed up by place.
  @Test(arguments: ["b,a\n3,4\n", "a,b,c\n3,4,5\n"]) func otherHeadersAreAnError(second: String) throws {
    folder.write("1.csv", "a,b\n1,2\n")
    folder.touch("1.csv", at: 1000)
    folder.write("2.csv", second)
    let error = failure { _ = try drain(open(.csv, ["path": folder.file("*.csv")])) }
    #expect(error?.errorClass == "CSV_HEADER_MISMATCH")
    #expect(error?.message.hasSuffix("expected are (a, b)") == true)
    #expect(try drain(open(.csv, ["path": folder.file("*.csv"), "header": "true"])).rows.count == 2)
  }
}
