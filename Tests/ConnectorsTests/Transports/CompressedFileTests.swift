import Columnar
import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Connectors

@Suite struct CompressedFileTests {
  let folder = TemporaryFolder()

  /// The text packed, in members of at most `memberBytes`.
  private func packed(_ text: String, _ compression: Compression, memberBytes: Int = .max) throws -> [UInt8] {
    let path = folder.file(".packing")
    let output = DescriptorOutput(
      descriptor: Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600), name: path, closesDescriptor: true)
    let packer = try #require(try compression.output())
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try Array(rest.prefix(memberBytes)).withUnsafeBytes { (bytes) throws in try packer.write(bytes, to: output) }
      try packer.endMember(to: output)
      rest = rest.dropFirst(memberBytes)
    }
    try output.flush()
    return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test(arguments: [Compression.gzip, .zstd], [Int.max, 700_000, 5])
  func linesComeOutAsTheyWentIn(compression: Compression, memberBytes: Int) throws {
    let count = memberBytes == 5 ? 50 : 200_000
    let lines = (0..<count).map { "line \($0)" }
    let suffix = try #require(compression.suffix)
    folder.write("a.txt.\(suffix)", try packed(lines.joined(separator: "\n"), compression, memberBytes: memberBytes))
    let drained = try drain(open(.text, ["path": folder.file("a.txt.\(suffix)")]))
    #expect(drained.lines == lines)
  }

  @Test(arguments: [Compression.gzip, .zstd]) func brokenFiles(compression: Compression) throws {
    let suffix = try #require(compression.suffix)
    let name = "b.txt.\(suffix)"
    let whole = try packed((0..<100_000).map { "line \($0)\n" }.joined(), compression)
    func read(_ bytes: [UInt8], _ options: [String: String] = [:]) throws -> [String] {
      folder.write(name, bytes)
      return try drain(open(.text, options.merging(["path": folder.file(name)]) { $1 })).lines
    }
    for cut in [1, whole.count / 2, whole.count - 1] {
      let error = failure { _ = try read(Array(whole[..<cut])) }
      #expect(error?.errorClass == "FAILED_READ_FILE")
      #expect(error?.message.contains("ends too early") ?? false)
      let salvaged = try read(Array(whole[..<cut]), ["ignoreCorruptFiles": "true"])
      #expect(cut == 1 ? salvaged.isEmpty : salvaged.starts(with: ["line 0", "line 1", "line 2"]))
    }
    var spoiled = whole
    for place in stride(from: whole.count / 2, to: whole.count / 2 + 40, by: 3) { spoiled[place] ^= 0x55 }
    #expect(failure { _ = try read(spoiled) }?.errorClass == "FAILED_READ_FILE")
    #expect(failure { _ = try read(Array("plain text".utf8)) }?.errorClass == "FAILED_READ_FILE")
    #expect(try read([]).isEmpty)
    if compression == .gzip { #expect(try read(whole + [0, 0, 0, 0]).count == 100_000) }
    #expect(failure { _ = try read(whole + Array("trailing".utf8)) }?.errorClass == "FAILED_READ_FILE")
  }

  @Test func aFolderOfAllKinds() throws {
    folder.write("a.csv", "x\n1\n")
    folder.write("b.csv.gz", try packed("x\n2\n", .gzip))
    folder.write("c.csv.zst", try packed("x\n3\n", .zstd))
    for (seconds, name) in ["a.csv", "b.csv.gz", "c.csv.zst"].enumerated() { folder.touch(name, at: seconds) }
    let registry = ConnectorRegistry.builtin
    #expect(try registry.connector(readingPath: folder.path, format: nil, span: .none).name == "csv")
    #expect(try registry.connector(readingPath: folder.file("b.csv.gz"), format: nil, span: .none).name == "csv")
    let source = try open(.csv, ["path": folder.path])
    #expect(try drain(source).rows == [[.int64(1)], [.int64(2)], [.int64(3)]])
    #expect(source.totalBytes == nil)
    folder.write("d.csv.bz2", "x")
    #expect(failure { _ = try open(.csv, ["path": folder.path]) }?.errorClass == "UNSUPPORTED_DATA_SOURCE")
  }

  /// Line numbers and places are those of the unpacked text.
  @Test func malformedRecordsAreFound() throws {
    folder.write("m.csv.gz", try packed("n\n" + (0..<50_000).map { $0 == 40_000 ? "x\n" : "\($0)\n" }.joined(), .gzip))
    let request = try request(.csv, ["path": folder.file("m.csv.gz")], schema: Schema([Field("n", .bigint)]))
    let factory = try #require(ConnectorDefinition.csv.source)
    let description = try factory.describe(request)
    let source = try factory.open(request, description, [0])
    #expect(try drain(source).rows.count == 50_000)
    #expect(source.malformedCount == 1)
    #expect(description.malformed?.kept.map(\.line) == [40_002])
  }

  @Test func seekingPassesOverWhatWasRead() throws {
    folder.write("s.txt.gz", try packed((0..<100_000).map { "\($0)\n" }.joined(), .gzip))
    let source = try open(.text, ["path": folder.file("s.txt.gz"), "maxRowsPerTrigger": "60000"])
    try source.start {}
    var limit = ReadLimit(rows: 60_000)
    var seen = 0
    while seen < 60_000, case .morsel(let morsel) = try source.poll(&limit) { seen += try morsel.rows().count }
    let other = try open(.text, ["path": folder.file("s.txt.gz")])
    try other.seek(to: #require(source.position))
    #expect(try drain(other).lines.first == "60000")
  }

  @Test func aPackedFileCannotBeFollowed() throws {
    let path = folder.write("a.csv.gz", try packed("x\n1\n", .gzip))
    let request = try request(.csv, ["path": path], isStream: true)
    #expect(failure { _ = try ConnectorDefinition.csv.source?.describe(request) }?.errorClass == "UNSUPPORTED_FEATURE")
  }
}
