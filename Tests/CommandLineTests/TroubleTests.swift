import Glibc
import ProcessTesting
import Testing

/// Disks that are full, files that cannot be read, descriptors that are closed, records that are malformed.
struct TroubleTests {
  /// Runs the program with files of at most so many bytes, which stands for a full disk.
  private func limited(_ sql: String, _ folder: TemporaryFolder, output: String? = nil) throws -> ChildProcess.Outcome {
    let options = output.map { "-o \($0) " } ?? ""
    return try ChildProcess.run(
      ["/bin/sh", "-c", "ulimit -f 16; exec '\(Locations.program)' \(options)\"\(sql)\""], folder: folder.path)
  }

  @Test(arguments: [
    ("INSERT INTO 'o.csv' SELECT id, repeat('x', 100) AS x FROM range(1000)", [String]()),
    ("INSERT INTO 'o.json.gz' SELECT id, rand() AS x FROM range(100000)", []),
    ("INSERT INTO 'parts/' SELECT id, repeat('x', 100) AS x FROM range(1000)", ["parts"]),
    ("START QUERY q INTO json OPTIONS (path 'g/') AS SELECT value, repeat('x', 100000) AS x FROM rate(rowsPerSecond => 1000, rows => 10)", ["g"]),
  ])
  func aFullDiskUnderASink(sql: String, left: [String]) throws {
    let folder = TemporaryFolder()
    let outcome = try limited(sql, folder)
    #expect(outcome.code == 3, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("error[NO_SPACE_LEFT]: writing to '") || outcome.errors.contains("error[NO_SPACE_LEFT]"))
    #expect(outcome.errors.contains("failed: File too large"))
    // No half of a file passes for a whole one.
    #expect(Files.list(folder.path) == left)
    for name in left { #expect(Files.list(folder.path + "/" + name).isEmpty) }
  }

  @Test func aFullDiskUnderTheOutput() throws {
    let folder = TemporaryFolder()
    let outcome = try limited("SELECT id, repeat('x', 100) AS x FROM range(1000)", folder, output: "o.csv")
    #expect(outcome.code == 3)
    #expect(outcome.errors == "error[NO_SPACE_LEFT]: writing to 'o.csv' failed: File too large\n")
    for sql in ["SELECT 1", "START QUERY q INTO console AS SELECT value FROM rate(rowsPerSecond => 100)"] {
      let full = try streamsql(sql, outputPath: "/dev/full")
      #expect(full.code == 3)
      #expect(full.errors.contains("error[NO_SPACE_LEFT]: writing to stdout failed: No space left on device"))
    }
  }

  /// Even root cannot read this one.
  @Test func aFileThatCannotBeRead() throws {
    let folder = TemporaryFolder()
    folder.file("1.csv", "a\n1\n")
    symlink("/proc/self/mem", folder.path + "/2.csv")
    let outcome = try streamsql("SELECT * FROM read_files('*.csv', schema => 'a INT', header => true)", folder: folder.path)
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("error[IO_ERROR]: reading '2.csv' failed"), "\(outcome.errors)")
    let passed = try streamsql(
      "SELECT * FROM read_files('*.csv', schema => 'a INT', header => true, ignoreCorruptFiles => true)", folder: folder.path)
    #expect(passed.output == "a\n1\n")
    #expect(passed.code == 0)
  }

  @Test func tenThousandFiles() throws {
    let folder = TemporaryFolder()
    for number in 0..<10_000 { folder.file("\(number).csv", "n\n\(number)\n") }
    let outcome = try streamsql("SELECT count(*) AS c, sum(n) AS s FROM '\(folder.path)/*.csv'")
    #expect(outcome.output == "c\ts\n10000\t49995000\n", "\(outcome.errors)")
  }

  @Test(arguments: ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"]) func closedDescriptors(closing: String) throws {
    let folder = TemporaryFolder()
    let command = "'\(Locations.program)' 'SELECT count(*) AS n FROM stdin' \(closing); echo $? > code"
    _ = try ChildProcess.run(["/bin/sh", "-c", command], folder: folder.path)
    let code = Files.read(folder.path + "/code")
    #expect(closing == "2>&-" ? code == "0\n" : code == "3\n" || code == "1\n", "\(code ?? "")")
    #expect(Files.list(folder.path) == ["code"])
  }

  @Test func malformedRecordsAreToldOf() throws {
    let folder = TemporaryFolder()
    folder.file("r.csv", "a,b\n1,2\n3\n4,5,6\n")
    let outcome = try streamsql("SELECT * FROM 'r.csv'", folder: folder.path)
    #expect(outcome.output == "a\tb\n1\t2\n3\t\n4\t5\n")
    #expect(
      outcome.errors == "warning: 2 malformed records in r.csv, the first: 'r.csv' line 3: 1 field, expected 2; SELECT * FROM errors('r.csv') has them\n")
    #expect(outcome.code == 0)
  }

  /// Of what ends only later the first is told of at once, and how many there were in the end.
  @Test func malformedRecordsOfStreamsAreToldOf() throws {
    let child = try startStreamsql("SELECT * FROM stdin(format => 'json', schema => 'a INT')")
    try child.send("{\"a\":1}\n{\"a\":x}\n")
    let first = "warning: 1 malformed record in stdin: 'stdin' at byte 8: unknown word (column 6); SELECT * FROM errors('stdin') has them\n"
    try child.waitUntil("the first") { $0.errors == first }
    try child.send("{\"a\":true}\n{\"a\":}\n")
    child.closeInput()
    let outcome = try child.wait()
    #expect(outcome.output == "a\n1\n\n\n\n")
    #expect(outcome.errors.hasPrefix(first + "warning: 3 malformed records in stdin, the first: 'stdin' at byte 8"), "\(outcome.errors)")
    #expect(outcome.code == 0)
  }

  @Test func malformedRecordsOfStartedQueriesAreToldOf() throws {
    let script = """
      CREATE STREAM s (a INT) USING stdin OPTIONS (format 'json', mode 'DROPMALFORMED');
      START QUERY q INTO console OPTIONS (format 'csv') AS SELECT * FROM s;
      """
    let outcome = try streamsql("-c", script, input: "{\"a\":1}\nnonsense\n")
    #expect(outcome.output.contains("1\n"), "\(outcome.output)")
    #expect(
      outcome.errors == "warning: 1 malformed record in s: 'stdin' at byte 8: not a JSON object; SELECT * FROM errors('s') has them\n", "\(outcome.errors)")
  }

  /// A failure tells of the record itself.
  @Test func aFailureOfARecordIsToldOfOnce() throws {
    let outcome = try streamsql("SELECT * FROM stdin(format => 'json', schema => 'a INT', mode => 'FAILFAST')", input: "{\"a\":x}\n")
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("MALFORMED_RECORD_IN_PARSING") && !outcome.errors.contains("warning"), "\(outcome.errors)")
  }

  /// A followed file has no end; the files of a followed folder have.
  @Test func documentsInStreams() throws {
    let folder = TemporaryFolder()
    folder.file("a.json", "[\n{\"a\":1},\n{\"a\":2}\n]\n")
    for options in ["multiLine = true, format = 'json'", "wholetext = true, format = 'text'"] {
      let outcome = try streamsql("SELECT * FROM STREAM 'a.json' WITH (\(options))", folder: folder.path)
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("it has no end up to which it could be read as one piece"), "\(outcome.errors)")
    }
    _ = try ChildProcess.run(["/bin/sh", "-c", "mkdir in; mv a.json in"], folder: folder.path)
    let rows = "a\n1\n2\n"
    #expect(try streamsql("SELECT * FROM STREAM 'in/' TRIGGER AVAILABLE NOW", folder: folder.path).output == rows)
    let declared = "CREATE STREAM s (a INT) USING json OPTIONS (path 'in/'); SELECT * FROM s TRIGGER AVAILABLE NOW"
    #expect(try streamsql(declared, folder: folder.path).output == rows)
  }

  @Test func recordsThatEndWithSeveralCharactersAreFollowed() throws {
    let folder = TemporaryFolder()
    folder.file("app.log", "a|b||c")
    let child = try startStreamsql("-m", "csv", "SELECT * FROM STREAM 'app.log' WITH (lineSep = '||', format = 'text')", folder: folder.path)
    try child.waitUntil("the first record") { $0.output == "value\na|b\n" }
    Files.append("\nd|", to: folder.path + "/app.log")
    Files.append("|e||", to: folder.path + "/app.log")
    try child.waitUntil("the others") { $0.output == "value\na|b\n\"c\nd\"\ne\n" }
    child.signal(15)
    #expect(try child.wait().code == 143)
  }

  @Test(arguments: [
    ("SELECT * FROM 'peple.csv'", "did you mean 'people.csv'?"), ("SELECT * FROM people.csv", "a path is read in quotes: FROM 'people.csv'"),
    ("SELECT * FROM raet(3)", "did you mean \"rate\"?"), ("SELECT * FROM read_csv('people.csv')", "read_files('x.csv', header => true)"),
    ("SELECT * FROM read_files('people.csv', formt => 'csv')", "did you mean \"format\"?"),
    ("SELECT * FROM 'people.csv' WITH (mode = 'FAILFST')", "did you mean 'FAILFAST'?"),
    ("SELECT value FROM rate() TRIGGER EVRY 1 SECOND", "did you mean EVERY?"), ("SELECT value FROM rate() EMIT CHNGES", "did you mean CHANGES?"),
    ("SELECT value FROM rate() TRIGGER EVERY 1 SECNOD", "did you mean SECOND?"), ("INSERT INTO nope SELECT 1", "INSERT INTO 'nope.csv'"),
    ("SELECT * FROM 's3://bucket/x.csv'", "exec('aws s3 cp"), ("SELECT * FROM 'https://example.com/x.csv'", "exec('curl -sSN https://example.com/x.csv')"),
    ("INSERT OVERWRITE 'http://127.0.0.1:1/' SELECT 1", "files, folders and memory tables"),
    ("START QUERY q AS SELECT value FROM rate() CHECKPOINT 'c'", "leave it out"), ("ALTER QUERY q SET OUTPUT MODE COMPLETE", "STOP QUERY it"),
    ("DESCRIBE rate", "FROM rate(…) reads it"), ("DESCRIBE FUNCTION no_such_thing", "SHOW FUNCTIONS lists"),
    ("CREATE INDEX i ON t (a)", "PRIMARY KEY"), ("PRAGMA threads", "SET changes a setting"), ("SET no_such_thing = 1", "SET lists the settings"),
    ("SELECT * FROM nexmark('events.num' => 5)", "in backquotes"),
    ("INSERT INTO 'o/' OPTIONS (partitionBy 'a') SELECT 1 AS a", "INSERT INTO 'out/day=2024-01-01/' SELECT"),
  ])
  func whatWasMeant(sql: String, hint: String) throws {
    let folder = TemporaryFolder()
    folder.file("people.csv", "a\n1\n")
    let outcome = try streamsql(sql, folder: folder.path)
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("hint: ") && outcome.errors.contains(hint), "\(outcome.errors)")
  }

  @Test func whatIsWrittenAloneSaysSo() throws {
    #expect(try streamsql("SELECT * FROM blackhole()").errors.contains("connector \"blackhole\" can only be written"))
  }

  /// An address in quotes is one in FROM and in INTO, and no name of a folder.
  @Test func addressesInQuotes() throws {
    let folder = TemporaryFolder()
    let server = try LineServer()
    let child = try startStreamsql("SELECT value FROM 'socket://127.0.0.1:\(server.port)' LIMIT 1", folder: folder.path)
    try server.send("hello\n")
    #expect(try child.wait().output == "value\nhello\n")
    let web = try LineServer()
    let reader = try startStreamsql("SELECT value FROM 'http://127.0.0.1:\(web.port)/x.csv' LIMIT 1", folder: folder.path)
    try web.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\na line\n")
    #expect(try reader.wait().output == "value\na line\n")
    let writer = try streamsql("INSERT INTO 'http://127.0.0.1:1/' SELECT 1 AS x", folder: folder.path)
    #expect(writer.code == 3 && writer.errors.contains("CONNECTION_FAILED"), "\(writer.errors)")
    #expect(Files.list(folder.path).isEmpty)
  }

  @Test func theHomeFolderHasAShortName() throws {
    let folder = TemporaryFolder()
    let home = ["HOME": folder.path]
    #expect(try streamsql("INSERT INTO '~/o.csv' SELECT 1 AS a", environment: home).code == 0)
    #expect(try streamsql("SELECT * FROM '~/o.csv'", environment: home).output == "a\n1\n")
    #expect(Files.list(folder.path) == ["o.csv"])
  }

  /// Rows go to a folder in the format of its files, with a slash behind its name or without.
  @Test func aFolderKeepsItsFormat() throws {
    let folder = TemporaryFolder()
    mkdir(folder.path + "/in", 0o755)
    folder.file("in/1.csv", "a,b\n1,x\n")
    for (number, path) in ["in", "in/"].enumerated() {
      #expect(try streamsql("INSERT INTO '\(path)' SELECT \(number + 2) AS a, 'y' AS b", folder: folder.path).code == 0)
    }
    #expect(try streamsql("SELECT * FROM 'in' ORDER BY a", folder: folder.path).output == "a\tb\n1\tx\n2\ty\n3\ty\n")
    #expect(try streamsql("INSERT INTO 'new/' SELECT 1 AS a; SELECT * FROM json.`new`", folder: folder.path).output == "a\n1\n")
  }

  /// What is written takes the place of what was there: of a path, a format and a path, a table that was declared over files.
  @Test(arguments: ["'out/' OPTIONS (format 'csv')", "csv.`out/`", "t", "TABLE t"]) func filesAreOverwritten(target: String) throws {
    let folder = TemporaryFolder()
    let declared = "CREATE TABLE t (a INT) USING csv OPTIONS (path 'out/', header 'true'); "
    for number in [1, 2] {
      let outcome = try streamsql("\(declared) INSERT OVERWRITE \(target) SELECT \(number) AS a", folder: folder.path)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try streamsql("SELECT * FROM csv.`out/`", folder: folder.path).output == "a\n2\n")
  }

  @Test func optionsOfAPath() throws {
    let folder = TemporaryFolder()
    folder.file("people.csv", "1;x\n")
    #expect(try streamsql("SELECT * FROM 'people.csv' WITH (sep = ';', header = false)", folder: folder.path).output == "_c0\t_c1\n1\tx\n")
    let declared = try streamsql("SELECT * FROM read_files('people.csv', schema => 'a DOUBLE, b STRING', sep => ';')", folder: folder.path)
    #expect(declared.output == "a\tb\n1.0\tx\n")
  }

  @Test func nothingInTheDataDrivesATerminal() throws {
    let outcome = try streamsql("-m", "box", "SELECT concat('a', decode(unhex('E280AE'), 'utf-8'), 'b', chr(27), '[31m') AS x")
    #expect(outcome.output.contains("│ a\\u202eb\\u001b[31m │"), "\(outcome.output)")
  }
}
