import Columnar
import Diagnostics
import Glibc
import Testing

@testable import Connectors

@Suite struct FileSourceTests {
  let folder = TemporaryFolder()

  @Test func readsAFile() throws {
    let path = folder.write("a.txt", "one\ntwo\r\n\nthree")
    let source = try open(.text, ["path": path])
    #expect(source.totalBytes == 15)
    #expect(try drain(source).lines == ["one", "two", "", "three"])
  }

  @Test func filesComeByTimeThenPath() throws {
    for (name, seconds) in [("b.txt", 20), ("a.txt", 20), ("z.txt", 10), ("_x.txt", 5), (".y.txt", 5)] {
      folder.write(name, "\(name)\n")
      folder.touch(name, at: seconds)
    }
    mkdir(folder.file("sub"), 0o755)
    folder.write("sub/c.txt", "c\n")
    let expected = ["z.txt", "a.txt", "b.txt"]
    #expect(try drain(open(.text, ["path": folder.path])).lines == expected)
    #expect(try drain(open(.text, ["path": "file://\(folder.path)/*.txt"])).lines == expected)
    #expect(try drain(open(.text, ["path": "\(folder.path)/{a,z}.t?t"])).lines == ["z.txt", "a.txt"])
    #expect(try drain(open(.text, ["path": "\(folder.path)/_x.txt"])).lines == ["_x.txt"])
  }

  @Test func anAbsentPathIsNamed() {
    for path in ["no/such.txt", "no/*.txt"] {
      let error = failure { _ = try open(.text, ["path": path]) }
      #expect(error?.errorClass == "PATH_NOT_FOUND")
      #expect(error?.message == "path '\(path)' does not exist")
      #expect(error?.kind.exitCode == 1)
    }
  }

  @Test func aFileThatVanishesIsNamed() throws {
    let path = folder.write("a.txt", "one\n")
    let source = try open(.text, ["path": path])
    unlink(path)
    let error = failure { _ = try drain(source) }
    #expect(error?.errorClass == "PATH_NOT_FOUND")
    #expect(error?.kind.exitCode == 3)
  }

  @Test func emptyFilesAndFolders() throws {
    #expect(try drain(open(.text, ["path": folder.path])).rows.isEmpty)
    folder.write("a.txt", "")
    #expect(try drain(open(.text, ["path": folder.path])).rows.isEmpty)
  }

  /// SEM-6: an empty file is input too.
  @Test func emptyFilesMakeSteps() throws {
    for name in ["a", "b", "c"] { folder.write(name, name == "b" ? "1\n" : "") }
    for (seconds, name) in ["a", "b", "c"].enumerated() { folder.touch(name, at: seconds) }
    let each = try drain(open(.text, ["path": folder.path, "maxFilesPerTrigger": "1"]))
    #expect(each.boundaries == 3)
    #expect(each.lines == ["1"])
    #expect(try drain(open(.text, ["path": folder.path])).boundaries == 0)
    #expect(try drain(open(.text, ["path": folder.file("a")])).boundaries == 1)
  }

  @Test func stepsEndAfterMaxFiles() throws {
    for (i, text) in ["1\n2\n", "", "3\n"].enumerated() {
      folder.write("\(i).txt", text)
      folder.touch("\(i).txt", at: i)
    }
    let drained = try drain(open(.text, ["path": folder.path, "maxFilesPerTrigger": "1"]))
    #expect(drained.lines == ["1", "2", "3"])
    #expect(drained.boundaries == 2)
  }

  @Test func stepsEndAfterMaxRowsAndBytes() throws {
    let path = folder.write("a.txt", (0..<10).map { "\($0)\n" }.joined())
    let byRows = try drain(open(.text, ["path": path, "maxRowsPerTrigger": "4"]))
    #expect(byRows.lines == (0..<10).map { "\($0)" })
    #expect(byRows.boundaries == 2)
    #expect(try drain(open(.text, ["path": path, "maxBytesPerTrigger": "5"])).boundaries == 4)
  }

  /// Stopped after any morsel, a reader that starts at its position gives the rest.
  @Test(arguments: [1, 2, 5]) func seekGoesOn(rows: Int) throws {
    folder.write("a.txt", "1\n2\n3\n")
    folder.write("b.txt", "4\n5\r\n6")
    folder.touch("a.txt", at: 1)
    folder.touch("b.txt", at: 2)
    let all = ["1", "2", "3", "4", "5", "6"]
    let source = try open(.text, ["path": folder.path])
    try source.start {}
    var seen: [String] = []
    reading: while true {
      var limit = ReadLimit(rows: rows)
      switch try source.poll(&limit) {
      case .morsel(let morsel): seen += try morsel.rows().map { $0[0].text ?? "" }
      case .stepBoundary: continue
      case .idle, .ended: break reading
      }
      let other = try open(.text, ["path": folder.path])
      try other.seek(to: #require(source.position))
      #expect(try drain(other).lines == Array(all.dropFirst(seen.count)))
    }
    #expect(seen == all)
  }

  @Test func largeFilesComeInPieces() throws {
    let line = String(repeating: "x", count: 99) + "\n"
    let path = folder.write("big.txt", String(repeating: line, count: 20_000))
    let drained = try drain(open(.text, ["path": path]))
    #expect(drained.rows.count == 20_000)
    #expect(drained.lines.allSatisfy { $0.utf8.count == 99 })
    #expect(drained.morsels > 4)
  }

  @Test func declaredSchemas() throws {
    let path = folder.write("a.txt", "one\n")
    let schema = Schema([Field("line", .string)])
    #expect(try open(.text, ["path": path], schema: schema).schema == schema)
    let error = failure { _ = try open(.text, ["path": path], schema: Schema([Field("n", .int)])) }
    #expect(error?.errorClass == "UNSUPPORTED_SCHEMA")
  }
}
