import Glibc
import ProcessTesting
import Testing

/// A line that is longer than anybody meant: an error that names its place, and memory that does not grow with it. `make soak` makes it
/// 1 GiB long; here it is just beyond the limit.
struct LongLineSoakTests {
  private static let isSoak = getenv("SOAK_ROWS") != nil
  private static let lineBytes = isSoak ? 1 << 30 : 72 << 20
  /// Of address space, with which a buffer of the whole line and the one before it would not do.
  private static let limitKiB = isSoak ? 1_200_000 : 2_000_000

  /// A file of a line of zeros, which takes no place on the disk, and a short one.
  private func file() -> TemporaryFolder {
    let folder = TemporaryFolder()
    folder.file("long.txt", "")
    truncate(folder.path + "/long.txt", off_t(Self.lineBytes))
    Files.append("\nshort\n", to: folder.path + "/long.txt")
    return folder
  }

  private func run(_ sql: String, _ folder: TemporaryFolder, input: String = "", isLimited: Bool = true) throws -> ChildProcess.Outcome {
    let limit = isLimited ? "ulimit -v \(Self.limitKiB); " : ""
    return try ChildProcess.run(["/bin/sh", "-c", limit + "exec '\(Locations.program)' \"$1\" \(input)", "sh", sql], folder: folder.path, timeout: 120)
  }

  @Test(arguments: [
    "SELECT value FROM 'long.txt'", "SELECT * FROM read_files('long.txt', format => 'csv', schema => 'a STRING')",
    "SELECT * FROM read_files('long.txt', format => 'json', schema => 'a STRING')", "SELECT value FROM STREAM 'long.txt'",
    "SELECT * FROM read_files('long.txt', format => 'csv', schema => 'a STRING', multiLine => true)", "SELECT * FROM 'long.txt'",
  ])
  func ofAFile(sql: String) throws {
    let outcome = try run(sql, file())
    #expect(outcome.errors.contains("error[LINE_TOO_LONG]: 'long.txt': the line that starts at byte 0 is longer than 67108864 bytes"), "\(outcome.errors)")
    #expect(outcome.errors.contains("hint: raise the option maxLineBytes"))
    #expect(outcome.code == 3)
  }

  @Test func ofTheStandardInput() throws {
    let outcome = try run("SELECT value FROM stdin", file(), input: "< long.txt")
    #expect(outcome.errors.contains("error[LINE_TOO_LONG]: stdin: the line that starts at byte 0"), "\(outcome.errors)")
    #expect(outcome.code == 3)
  }

  @Test func itIsReadWhereItIsMeant() throws {
    let outcome = try run(
      "SELECT octet_length(value) AS n FROM read_files('long.txt', format => 'text', maxLineBytes => '1500mb')", file(), isLimited: false)
    #expect(outcome.output == "n\n\(Self.lineBytes)\n5\n", "\(outcome.errors)")
  }
}
