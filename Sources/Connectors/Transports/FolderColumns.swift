internal import Columnar
internal import Diagnostics

/// Columns whose values stand in the names of folders, as Hive and Spark lay files out: `dir/day=2024-01-01/x.csv`.
///
/// Below the folder that is read, each folder `name=value` gives a column. Its type is that of all its values: INT, BIGINT,
/// DOUBLE, DATE, TIMESTAMP, else STRING; or what was declared. `name=__HIVE_DEFAULT_PARTITION__` is NULL, `%3A` a colon.
struct FolderColumns: Sendable {
  /// The folder below which names are values.
  let root: String
  /// In the order of the folders.
  let names: [String]

  private static let nullText = "__HIVE_DEFAULT_PARTITION__"

  /// Nil if no file lies in such a folder. Files whose folders have other names are an error: some rows would have no value.
  init?(_ files: [FileEntry], below root: String, span: SourceSpan?) throws(SQLError) {
    guard let first = files.first else { return nil }
    self.root = root
    names = Self.values(in: first.path, below: root).map(\.name)
    for file in files {
      let others = Self.values(in: file.path, below: root).map(\.name)
      if others.map({ $0.lowercased() }) == names.map({ $0.lowercased() }) { continue }
      throw SQLError(
        .bind, "CONFLICTING_PARTITION_COLUMN_NAMES",
        "'\(first.path)' lies in folders of (\(names.joined(separator: ", "))), '\(file.path)' in folders of (\(others.joined(separator: ", ")))",
        span: span, hint: "recursiveFileLookup 'true' reads all files, without columns of folders")
    }
    if names.isEmpty { return nil }
  }

  init(names: [String], root: String) {
    self.names = names
    self.root = root
  }

  /// Names and values of a path, outermost first; nil for NULL.
  static func values(in path: String, below root: String) -> [(name: String, text: String?)] {
    guard path.hasPrefix(root) else { return [] }
    return path.dropFirst(root.count).split(separator: "/").dropLast().compactMap { folder in
      guard let equals = folder.firstIndex(of: "="), equals != folder.startIndex else { return nil }
      let text = unescaped(folder[folder.index(after: equals)...])
      return (unescaped(folder[..<equals]), text == nullText ? nil : text)
    }
  }

  /// A folder's name that has the form of a column and its value.
  static func isKeyed(_ name: String) -> Bool { name.firstIndex(of: "=").map { $0 != name.startIndex } ?? false }

  private static func unescaped(_ text: Substring) -> String {
    guard text.contains("%") else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Types

  /// The columns, with types that all values have.
  func inferred(_ files: [FileEntry], _ reading: ValueReading) -> [Columnar.Field] {
    var types = [DataType?](repeating: nil, count: names.count)
    for file in files {
      for (place, value) in Self.values(in: file.path, below: root).enumerated() {
        guard let text = value.text else { continue }
        let kind = Self.kind(text, reading)
        types[place] = types[place].map { Self.wider($0, kind) } ?? kind
      }
    }
    return zip(names, types).map { Field($0, $1 ?? .string) }
  }

  private static func kind(_ text: String, _ reading: ValueReading) -> DataType {
    padded(text) { bytes in
      if IntegerText.parseInt32(bytes) != nil { return .int }
      if IntegerText.parse(bytes) != nil { return .bigint }
      guard let first = bytes.first, AsciiText.isDigit(first) || first == UInt8(ascii: "-") else { return .string }
      if DoubleText.parse(bytes) != nil { return .double }
      if bytes.count == 10, DateText.parse(bytes) != nil { return .date }
      if bytes.count > 10, reading.timestamp(bytes) != nil { return .timestamp }
      return .string
    }
  }

  private static func wider(_ a: DataType, _ b: DataType) -> DataType {
    if a == b { return a }
    let numbers: [DataType] = [.int, .bigint, .double]
    if let x = numbers.firstIndex(of: a), let y = numbers.firstIndex(of: b) { return numbers[max(x, y)] }
    return [a, b].allSatisfy { $0 == .date || $0 == .timestamp } ? .timestamp : .string
  }

  // MARK: Values

  /// The value of a file in this column; NULL for files in no such folder.
  func value(of field: Columnar.Field, in path: String, _ reading: ValueReading) throws(SQLError) -> Value {
    let found = Self.values(in: path, below: root).first { $0.name.lowercased() == field.name.lowercased() }
    guard let text = found?.text else { return .null }
    if let value = Self.value(text, field.type, reading) { return value }
    throw SQLError(
      .source, "INVALID_PARTITION_VALUE",
      "the folder '\(field.name)=\(text)' of '\(path)' has no value of type \(field.type.sqlName)",
      hint: "declare the column as STRING")
  }

  private static func value(_ text: String, _ type: DataType, _ reading: ValueReading) -> Value? {
    padded(text) { bytes -> Value? in
      switch type {
      case .string, .binary: .bytes(Array(text.utf8))
      case .boolean: AsciiText.equals(bytes, "true") ? .bool(true) : AsciiText.equals(bytes, "false") ? .bool(false) : nil
      case .tinyint: IntegerText.parseInt8(bytes).map { .int8($0) }
      case .smallint: IntegerText.parseInt16(bytes).map { .int16($0) }
      case .int: IntegerText.parseInt32(bytes).map { .int32($0) }
      case .bigint: IntegerText.parse(bytes).map { .int64($0) }
      case .float: DoubleText.parseFloat(bytes).map { .float32($0) }
      case .double: DoubleText.parse(bytes).map { .float64($0) }
      case .date: reading.date(bytes).map { .int32($0) }
      case .timestamp: reading.timestamp(bytes).map { .int64($0) }
      case .timestampNTZ: reading.timestampNTZ(bytes).map { .int64($0) }
      default: nil
      }
    }
  }

  /// Readers of times load some bytes ahead.
  private static func padded<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: ByteBuffer.paddingBytes)
    return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.dropLast(ByteBuffer.paddingBytes))) }
  }
}

/// Adds the columns of its folder, and of what it is, to what is decoded from a file.
struct FolderDecoder: Decoder {
  enum Output: Sendable {
    /// The n-th column that is decoded.
    case stored(Int)
    case folder(Columnar.Field)
    /// `FileMetadataColumn`
    case metadata
  }

  let inner: any Decoder
  let outputs: [Output]
  let folders: FolderColumns
  let path: String
  let reading: ValueReading

  func decode(
    _ buffer: ByteBuffer, _ range: Range<Int>, emit: (Batch) throws(SQLError) -> Void
  ) throws(SQLError) {
    var values: [Value] = []
    for output in outputs {
      switch output {
      case .stored: break
      case .folder(let field): values.append(try folders.value(of: field, in: path, reading))
      case .metadata: values.append(FileMetadataColumn.value(of: path))
      }
    }
    try inner.decode(buffer, range) { (batch) throws(SQLError) in
      var next = values.makeIterator()
      let columns = outputs.map { output -> Column in
        switch output {
        case .stored(let place): batch.columns[place]
        case .folder(let field): .repeating(next.next() ?? .null, type: field.type, count: batch.count)
        case .metadata: .repeating(next.next() ?? .null, type: FileMetadataColumn.field.type, count: batch.count)
        }
      }
      try emit(Batch(columns, count: batch.count))
    }
  }
}
