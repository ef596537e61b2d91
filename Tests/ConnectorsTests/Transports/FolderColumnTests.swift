import Columnar
import Diagnostics
import Foundation
import Testing

@testable import Connectors

/// Columns whose values stand in the names of folders; types and values are those of Spark 4.3 for the same folders.
@Suite struct FolderColumnTests {
  let folder = TemporaryFolder()

  private func put(_ path: String, _ text: String = "a,b\n1,x\n") throws {
    let parent = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder.file(parent), withIntermediateDirectories: true)
    folder.write(path, text)
  }

  private func read(_ options: [String: String] = [:], columns: [Int]? = nil, schema: Schema? = nil) throws -> (String, [String]) {
    let source = try open(.csv, ["path": folder.path].merging(options) { $1 }, columns: columns, schema: schema)
    let types = source.schema.types
    let rows = try drain(source).rows.map { row in
      zip(row, types).map { $0 == .null ? "NULL" : ColumnText.string($0, type: $1) }.joined(separator: "|")
    }
    return ("\(source.schema)", rows.sorted())
  }

  @Test func foldersGiveColumns() throws {
    try put("day=2024-01-01/h=01/x.csv")
    try put("day=2024-01-02/h=__HIVE_DEFAULT_PARTITION__/x.csv", "a,b\n2,y\n")
    let (schema, rows) = try read()
    #expect(schema == "a BIGINT, b STRING, day DATE, h INT")
    #expect(rows == ["1|x|2024-01-01|1", "2|y|2024-01-02|NULL"])
    #expect(try read(columns: [3, 0]).1 == ["1|1", "NULL|2"])
    #expect(try read(columns: [2]).1 == ["2024-01-01", "2024-01-02"])
    #expect(try read(["recursiveFileLookup": "true"]).0 == "a BIGINT, b STRING")
  }

  @Test func typesHoldAllValues() throws {
    for (values, type) in [
      (["1", "2"], "INT"), (["1", "3000000000"], "BIGINT"), (["1", "1.5"], "DOUBLE"), (["1", "x%3Ay"], "STRING"),
      (["2024-01-01", "2024-01-01 10%3A00%3A00"], "TIMESTAMP"),
    ] {
      let folder = TemporaryFolder()
      for value in values {
        try FileManager.default.createDirectory(atPath: folder.file("k=" + value), withIntermediateDirectories: true)
        folder.write("k=\(value)/f.csv", "a\n1\n")
      }
      let source = try open(.csv, ["path": folder.path])
      #expect("\(source.schema.fields.last?.type.sqlName ?? "")" == type)
      if type == "STRING" { #expect(try drain(source).rows.contains { $0.last?.text == "x:y" }) }
    }
  }

  @Test func declaredColumnsStayWhereTheyAre() throws {
    try put("day=2024-01-01/x.csv")
    let schema = Schema([Field("day", .string), Field("a", .int), Field("b", .string)])
    #expect(try read(schema: schema).1 == ["2024-01-01|1|x"])
    let wrong = Schema([Field("day", .int), Field("a", .int), Field("b", .string)])
    #expect(failure { _ = try read(schema: wrong) }?.errorClass == "INVALID_PARTITION_VALUE")
  }

  @Test func basePathSaysWhereFoldersBegin() throws {
    try put("day=2024-01-01/h=1/x.csv")
    #expect(try read(["path": folder.file("day=2024-01-01/*/*.csv")]).0 == "a BIGINT, b STRING")
    #expect(
      try read(["path": folder.file("day=2024-01-01/*/*.csv"), "basePath": folder.path]).0
        == "a BIGINT, b STRING, day DATE, h INT")
  }

  @Test func filesOfOtherFoldersAreAnError() throws {
    try put("day=2024-01-01/x.csv")
    try put("y.csv")
    #expect(failure { _ = try read() }?.errorClass == "CONFLICTING_PARTITION_COLUMN_NAMES")
  }

  @Test func fieldsOfManyFilesAreMerged() throws {
    for number in 1...30 { folder.write("f\(number).json", "{\"id\":\(number)\(number == 30 ? ",\"late\":true" : "")}\n") }
    let source = try open(.json, ["path": folder.path])
    #expect("\(source.schema)" == "id BIGINT, late BOOLEAN")
  }
}
