import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

/// Folders that are read as files come into them, and files that are followed as they grow.
@Suite struct StreamedFolderTests {
  let folder = TemporaryFolder()

  /// A reader of the folder, or of one file in it, and what it has given.
  private final class Reader {
    let source: any Source
    private let arrivals = Arrivals()

    init(_ path: String, _ options: [String: String] = [:], position: String? = nil, isFinite: Bool = false) throws {
      let request = try request(
        .text, options.merging(["path": path]) { $1 }, schema: Schema([Field("value", .string)]), isStream: true)
      let factory = try #require(ConnectorDefinition.text.source)
      source = try factory.open(request, try factory.describe(request), [0])
      if let position { try source.seek(to: position) }
      if isFinite { try source.stopAtPresent() }
      try source.start(onArrival: arrivals.callback)
    }

    deinit { source.stop() }

    /// Polls until so many lines have come.
    func lines(_ count: Int) throws -> [String] {
      var seen: [String] = []
      while seen.count < count {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): seen += try morsel.rows().map { $0[0].text ?? "" }
        case .idle: arrivals.wait()
        case .stepBoundary: break
        case .ended: return seen + ["ended"]
        }
      }
      return seen
    }

    /// What is there now, without waiting; steps are told apart by "|".
    func rest() throws -> [String] {
      var seen: [String] = []
      while true {
        var limit = ReadLimit()
        switch try source.poll(&limit) {
        case .morsel(let morsel): seen += try morsel.rows().map { $0[0].text ?? "" }
        case .stepBoundary: seen.append("|")
        case .idle: return seen
        case .ended: return seen + ["ended"]
        }
      }
    }
  }

  private func put(_ name: String, _ text: String, at seconds: Int? = nil) {
    folder.write(".tmp", text)
    if let seconds { folder.touch(".tmp", at: seconds) }
    rename(folder.file(".tmp"), folder.file(name))
  }

  @Test func eachFileComesOnce() throws {
    put("b.txt", "b\n", at: 20)
    put("a.txt", "a\n", at: 30)
    let reader = try Reader(folder.path)
    #expect(try reader.lines(2) == ["b", "a"])
    put("c.txt", "c1\nc2\n")
    #expect(try reader.lines(2) == ["c1", "c2"])
    // A file that is touched, or grows, was read.
    folder.touch("a.txt", at: 40)
    put("_hidden.txt", "no\n")
    put("d.txt", "d\n")
    #expect(try reader.lines(1) == ["d"])
    #expect(try reader.rest().isEmpty)
  }

  @Test func optionsChooseFiles() throws {
    mkdir(folder.file("sub"), 0o755)
    for (seconds, name) in ["a.txt", "b.log", "sub/c.txt", "sub/a.txt"].enumerated() {
      folder.write(name, name + "\n")
      folder.touch(name, at: 1_000_000 + seconds)
    }
    #expect(try Reader(folder.path).rest() == ["a.txt", "b.log"])
    #expect(try Reader(folder.path, ["recursiveFileLookup": "true"]).rest() == ["a.txt", "b.log", "sub/c.txt", "sub/a.txt"])
    #expect(try Reader(folder.path, ["pathGlobFilter": "*.txt"]).rest() == ["a.txt"])
    #expect(try Reader(folder.path, ["latestFirst": "true"]).rest() == ["b.log", "a.txt"])
    #expect(
      try Reader(folder.path, ["recursiveFileLookup": "true", "fileNameOnly": "true"]).rest() == ["a.txt", "b.log", "sub/c.txt"])
    #expect(try Reader(folder.path, ["modifiedAfter": "1970-01-12T13:46:40Z"]).rest() == ["b.log"])
    #expect(try Reader(folder.path, ["modifiedBefore": "1970-01-12T13:46:41Z"]).rest() == ["a.txt"])
    #expect(try Reader(folder.file("*.log")).rest() == ["b.log"])
    #expect(try Reader(folder.path, ["newFilesOnly": "true"]).rest().isEmpty)
    #expect(failure { _ = try Reader(folder.path, ["cleanSource": "delete"]) }?.errorClass == "INVALID_OPTION_VALUE")
  }

  @Test func newFilesOnly() throws {
    put("old.txt", "old\n")
    let reader = try Reader(folder.path, ["newFilesOnly": "true"])
    put("new.txt", "new\n")
    #expect(try reader.lines(1) == ["new"])
  }

  /// Of a file that is followed, only lines that are written from the start on: `tail -n 0 -f`. A line that is being written then is one of
  /// them, and so is all that a new file of that name holds.
  @Test(arguments: ["old\nolder\n", "old\nbegun "]) func newLinesOnly(there: String) throws {
    let log = folder.write("app.log", there)
    let reader = try Reader(log, ["newFilesOnly": "true"])
    #expect(try reader.rest().isEmpty)
    let file = fopen(log, "a")
    fputs("one\n", file)
    fclose(file)
    #expect(try reader.lines(1) == [there.hasSuffix("\n") ? "one" : "begun one"])
    rename(log, log + ".1")
    folder.write("app.log", "two\n")
    #expect(try reader.lines(1) == ["two"])
  }

  @Test func limitsMakeSteps() throws {
    for number in 0..<5 { put("\(number).txt", "\(number)a\n\(number)b\n", at: number) }
    #expect(
      try Reader(folder.path, ["maxFilesPerTrigger": "2"]).rest()
        == ["0a", "0b", "1a", "1b", "|", "2a", "2b", "3a", "3b", "|", "4a", "4b"])
    #expect(try Reader(folder.path, ["maxBytesPerTrigger": "9"]).rest().filter { $0 == "|" }.count >= 2)
  }

  /// AVAILABLE NOW: what comes after the start is for the next run.
  @Test func theEndIsFixedAtTheStart() throws {
    put("a.txt", "a\n")
    put("b.txt", "b\n")
    let reader = try Reader(folder.path, ["maxFilesPerTrigger": "1"], isFinite: true)
    put("c.txt", "c\n")
    #expect(try reader.rest() == ["a", "|", "b"])
    #expect(try reader.rest().isEmpty)
    let log = folder.write("app.log", "one\ntwo\n")
    let tail = try Reader(log, isFinite: true)
    let file = fopen(log, "a")
    fputs("three\n", file)
    fclose(file)
    #expect(try tail.rest() == ["one", "two"])
    #expect(try tail.rest().isEmpty)
  }

  /// Stopped after any number of lines, a reader that starts at its position gives the rest, new files among it.
  @Test func positionsOfAFolder() throws {
    put("a.txt", "a1\na2\na3\n", at: 10)
    put("odd\nname %.txt", "b1\nb2\n", at: 20)
    put("c.txt", "c1\n", at: 30)
    let all = ["a1", "a2", "a3", "b1", "b2", "c1"]
    for taken in 0...all.count {
      let reader = try Reader(folder.path, ["maxRowsPerTrigger": "1"])
      #expect(try reader.lines(taken) == Array(all[..<taken]))
      let position = try #require(reader.source.position)
      reader.source.stop()
      // Older than all that was read: it is new all the same.
      put("late.txt", "late\n", at: 5)
      let rest = try Reader(folder.path, position: position).rest()
      #expect(Set(rest) == Set(all[taken...] + ["late"]) && rest.count == all.count - taken + 1, "after \(taken)")
      unlink(folder.file("late.txt"))
    }
    for bad in ["", "x", "files 5 /no/such/file", "files -1 x", "tail 3"] {
      #expect(failure { _ = try Reader(folder.path, position: bad) }?.errorClass == "INVALID_OFFSET")
    }
  }

  /// A file that its writer still has open is left alone until it is closed.
  @Test func aFileBeingWrittenWaits() throws {
    let reader = try Reader(folder.path)
    let file = fopen(folder.file("slow.txt"), "w")
    fputs("half a li", file)
    fflush(file)
    put("other.txt", "other\n")
    #expect(try reader.lines(1) == ["other"])
    #expect(try reader.rest().isEmpty)
    fputs("ne\nend\n", file)
    fclose(file)
    #expect(try reader.lines(2) == ["half a line", "end"])
  }

  @Test func filesThatGoAway() throws {
    put("a.txt", "a\n", at: 1)
    put("b.txt", "b\n", at: 2)
    for (option, expected) in [("true", ["b"]), ("false", nil)] {
      put("a.txt", "a\n", at: 1)
      let source = try open(.text, ["path": folder.path, "ignoreMissingFiles": option])
      unlink(folder.file("a.txt"))
      if let expected {
        #expect(try drain(source).lines == expected)
        #expect(source.malformedCount == 1)
      } else {
        #expect(failure { _ = try drain(source) }?.errorClass == "PATH_NOT_FOUND")
      }
    }
  }

  @Test func manyFiles() throws {
    for number in 0..<10_000 { folder.write("\(number).txt", "\(number)\n") }
    let start = monotonicMicros()
    let reader = try Reader(folder.path, ["maxFilesPerTrigger": "1000"])
    let lines = try reader.rest()
    #expect(lines.count == 10_009)
    #expect(Set(lines).count == 10_001)
    put("last.txt", "last\n")
    #expect(try reader.lines(1) == ["last"])
    // Far below that on any machine; a look that costs the square of the files would not be.
    #expect(monotonicMicros() - start < 20_000_000)
  }

  // MARK: A followed file

  private func append(_ path: String, _ text: String) {
    let file = fopen(path, "a")
    fputs(text, file)
    fclose(file)
  }

  /// Cut and written again beyond the old place between two looks: what is there now is read from its beginning.
  @Test func aFileThatIsCutAndGrowsAgain() throws {
    let path = folder.write("app.log", (0..<10).map { "first \($0)\n" }.joined())
    let reader = try Reader(path)
    #expect(try reader.lines(10).count == 10)
    let again = (0..<50).map { "again \($0)" }
    let file = fopen(path, "r+")
    ftruncate(fileno(file), 0)
    fputs(again.joined(separator: "\n") + "\n", file)
    fclose(file)
    #expect(try reader.lines(50) == again)
    append(path, "more\n")
    #expect(try reader.lines(1) == ["more"])
  }

  @Test func aFileThatIsDeletedAndMadeAgain() throws {
    let path = folder.write("app.log", "one\n")
    let reader = try Reader(path)
    #expect(try reader.lines(1) == ["one"])
    unlink(path)
    #expect(try reader.rest().isEmpty)
    folder.write("app.log", "two\n")
    #expect(try reader.lines(1) == ["two"])
  }

  @Test func positionsOfAFollowedFile() throws {
    let path = folder.write("app.log", "one\ntwo\nthr")
    let reader = try Reader(path)
    #expect(try reader.lines(2) == ["one", "two"])
    let position = try #require(reader.source.position)
    reader.source.stop()
    append(path, "ee\nfour\n")
    #expect(try Reader(path, position: position).lines(2) == ["three", "four"])
    // Rotated away meanwhile.
    rename(path, path + ".1")
    folder.write("app.log", "fresh\n")
    #expect(try Reader(path, position: position).lines(1) == ["fresh"])
  }
}
