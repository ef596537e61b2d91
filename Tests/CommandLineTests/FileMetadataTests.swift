import ProcessTesting
import Testing

/// `_metadata` and `input_file_name()`, as Spark 4.3 answers for the same files.
struct FileMetadataTests {
  private func folder() -> TemporaryFolder {
    let folder = TemporaryFolder()
    _ = try? ChildProcess.run(["/bin/mkdir", "-p", folder.path + "/m d/day=1", folder.path + "/m d/day=2"])
    folder.file("m d/day=1/x y+ü.csv", "a,b\n1,x\n2,y\n")
    folder.file("m d/day=2/z.csv", "a,b\n3,z\n")
    return folder
  }

  @Test(arguments: [
    ("SELECT *, _metadata.file_name FROM 'm d' ORDER BY a", "a\tb\tday\tfile_name\n1\tx\t1\tx%20y+ü.csv\n2\ty\t1\tx%20y+ü.csv\n3\tz\t2\tz.csv\n"),
    ("SELECT * FROM 'm d' WHERE _metadata.file_name = 'z.csv'", "a\tb\tday\n3\tz\t2\n"),
    ("SELECT t.* FROM 'm d' AS t ORDER BY t._metadata.file_size, a", "a\tb\tday\n3\tz\t2\n1\tx\t1\n2\ty\t1\n"),
    ("SELECT _metadata.file_size AS size, count(*) AS n FROM 'm d' GROUP BY _metadata.file_size ORDER BY 1", "size\tn\n8\t1\n12\t2\n"),
    ("SELECT x.a, y._metadata.file_name FROM 'm d' x JOIN 'm d' y ON x.a = y.a + 2", "a\tfile_name\n3\tx%20y+ü.csv\n"),
    ("SELECT a FROM 'm d' NATURAL JOIN 'm d' AS u WHERE input_file_block_start() = -1 OR a = 3", "MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION"),
    ("SELECT f FROM (SELECT _metadata.file_name AS f FROM 'm d' WHERE a > 2)", "f\nz.csv\n"),
    ("SELECT _metadata FROM 'm d' x JOIN 'm d' y ON x.a = y.a", "AMBIGUOUS_REFERENCE"),
    ("SELECT _metadata.nope FROM 'm d'", "FIELD_NOT_FOUND"),
    ("SELECT _metadata FROM range(1)", "UNRESOLVED_COLUMN"),
    ("SELECT input_file_name() AS f, input_file_block_length() AS n FROM range(1)", "f\tn\n\t-1\n"),
    ("CREATE VIEW v AS SELECT *, _metadata.file_name AS f FROM 'm d'; SELECT a, f FROM v WHERE a = 3", "a\tf\n3\tz.csv\n"),
    ("CREATE VIEW v AS SELECT * FROM 'm d'; SELECT _metadata FROM v", "UNRESOLVED_COLUMN"),
    (
      "CREATE TABLE t (a INT, b STRING, _metadata AS concat(b, '!')) USING csv OPTIONS (path 'm d', header 'true'); SELECT _metadata FROM t WHERE a = 3",
      "_metadata\nz!\n"
    ),
    (
      "CREATE TABLE t (a INT, b STRING, c AS a + 1) USING csv OPTIONS (path 'm d', header 'true'); SELECT *, _metadata.file_name AS f FROM t WHERE c = 4",
      "a\tb\tc\tf\n3\tz\t4\tz.csv\n"
    ),
    ("SELECT value, _metadata.file_name AS f FROM read_files('m d/day=2/*.csv', format => 'text')", "value\tf\na,b\tz.csv\n3,z\tz.csv\n"),
  ])
  func whichFileARowIsFrom(sql: String, expected: String) throws {
    let folder = folder()
    let outcome = try streamsql(sql, folder: folder.path)
    if outcome.code == 0 { #expect(outcome.output == expected) } else { #expect(outcome.errors.contains("error[\(expected)"), "\(outcome.errors)") }
  }

  @Test func pathsAreUris() throws {
    let folder = folder()
    let outcome = try streamsql("SELECT _metadata.file_path AS p, input_file_name() AS n FROM 'm d/day=1'", folder: folder.path)
    let path = folder.path + "/m%20d/day=1/x%20y+ü.csv"
    #expect(outcome.output == "p\tn\nfile:\(path)\tfile://\(path)\nfile:\(path)\tfile://\(path)\n")
  }

  /// The columns of the relation stay what they are.
  @Test func itIsHidden() throws {
    let folder = folder()
    let outcome = try streamsql("DESCRIBE 'm d'; EXPLAIN SELECT a FROM 'm d'", folder: folder.path)
    #expect(outcome.code == 0 && !outcome.output.contains("_metadata"), "\(outcome.output)")
  }

  @Test func aStreamOfFilesHasItToo() throws {
    let folder = folder()
    let outcome = try streamsql(
      """
      CREATE STREAM s (a INT, b STRING) USING csv OPTIONS (path 'm d/*/', header 'true', maxFilesPerTrigger '1');
      START QUERY q INTO 'o.csv' AS SELECT a, _metadata.file_name AS f, _metadata.file_modification_time > TIMESTAMP '2020-01-01' AS late FROM s TRIGGER AVAILABLE NOW;
      AWAIT QUERY q
      """, folder: folder.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = Files.read(folder.path + "/o.csv")?.split(separator: "\n").sorted() ?? []
    #expect(lines == ["1,x%20y+ü.csv,true", "2,x%20y+ü.csv,true", "3,z.csv,true", "a,f,late"])
  }
}
