import Glibc

/// Where things are that tests run.
public enum Locations {
  /// The folder of Package.swift.
  public static let package: String = folder(above: 3, of: #filePath)

  /// The program under test: the one built beside the test bundle.
  public static let program: String = {
    let beside = folder(above: 1, of: ownPath) + "/streamsql"
    return access(beside, X_OK) == 0 ? beside : package + "/.build/debug/streamsql"
  }()

  private static var ownPath: String {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? 0
    }
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
  }

  private static func folder(above levels: Int, of path: String) -> String {
    "/" + path.split(separator: "/").dropLast(levels).joined(separator: "/")
  }
}

/// A folder that is gone when it is let go.
public final class TemporaryFolder {
  public let path: String

  public init() {
    var template = Array("/tmp/streamsql-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }

  /// Writes a file into it and gives its path.
  @discardableResult
  public func file(_ name: String, _ text: String) -> String {
    let file = path + "/" + name
    Files.write(text, to: file)
    return file
  }

  deinit {
    if path != "/tmp" { _ = try? ChildProcess.run(["/bin/rm", "-rf", path]) }
  }
}

public enum Files {
  public static func write(_ text: String, to path: String) { put(text, at: path, O_TRUNC) }

  public static func append(_ text: String, to path: String) { put(text, at: path, O_APPEND) }

  private static func put(_ text: String, at path: String, _ flag: Int32) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o644)
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      // A file that is not whole would make its test look into something else.
      precondition(count > 0, "writing \(path) failed: \(String(cString: strerror(errno)))")
      rest = rest.dropFirst(count)
    }
  }

  /// The text of a file; nil if it cannot be read.
  public static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = Glibc.read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Names in a folder, in order.
  public static func list(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
