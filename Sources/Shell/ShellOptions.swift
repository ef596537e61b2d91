import Columnar
import Connectors

/// What the command line says, checked.
public struct ShellOptions: Sendable {
  /// Something to run, in the order given.
  public enum Input: Sendable {
    case command(String)
    /// `-` is stdin.
    case file(String)
  }

  public var inputs: [Input] = []
  public var variables: [String: String] = [:]
  /// An output mode of DIALECT §5.
  public var mode = "auto"
  /// Rows go here instead of stdout.
  public var outputPath: String?
  public var runForMicros: Int64?
  public var workers = 1
  public var usesVirtualClock = false
  public var bailsOut = true
  /// Run at the start of an interactive session; nil: `~/.streamsqlrc`.
  public var initPath: String?
  public var skipsInit = false
  /// auto, always or never.
  public var color = "auto"

  public init() {}

  /// Output modes that `mode` may be.
  public static var modeNames: [String] { RowFormat.names }

  /// A duration such as `30s` or `5 minutes`; nil if it is none.
  public static func durationMicros(_ text: String) -> Int64? {
    Array(text.utf8).withUnsafeBytes { IntervalText.parseDuration($0) }
  }
}
