package import Diagnostics

extension ConnectorRegistry {
  /// The connector that reads a path: as ``connector(forPath:format:span:)``, and where the name says nothing, by what is
  /// there. A folder is read as its first file is named; a file whose first record begins with `{` is JSON, else text.
  package func connector(
    readingPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    let named = try connector(forPath: path, format: format, span: span)
    let ownSuffix = ["txt", "text"].contains(Compression.suffix(of: Compression.inner(path)))
    // A path that cannot be listed is left to the reader, whose error names it.
    guard format == nil, named.name == "text", !ownSuffix, let json = self["json"],
      let first = try? FileListing.files(at: path, span: span).first(where: { $0.bytes > 0 })
    else { return named }
    if first.path != FileListing.localPath(path) {
      let inner = try connector(forPath: first.path, format: nil, span: span)
      if inner.name != "text" { return inner }
    }
    return FileListing.beginsWithObject(first.path) ? json : named
  }

  /// The connector that writes a path: as ``connector(forPath:format:span:)``, and for a folder that of the files that are in it,
  /// JSON where there are none.
  package func connector(
    writingPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    let isFolder = path.hasSuffix("/") || FileListing.isFolder(path)
    guard format == nil, isFolder, Self.scheme(of: path) == nil, let json = self["json"] else {
      return try connector(forPath: path, format: format, span: span)
    }
    // A folder that is not there yet, or cannot be listed, is left to the writer.
    guard let first = try? FileListing.files(at: path, span: span).first, Compression.suffix(of: Compression.inner(first.path)) != nil else {
      return json
    }
    return try connector(forPath: first.path, format: nil, span: span)
  }

  /// The connector for a string in FROM or INTO: by the scheme of an address, by format if one is named, else by suffix.
  package func connector(
    forPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    if let scheme = Self.scheme(of: path) {
      // What is wrong with https the connector's own look at the address says.
      let name = scheme == "https" ? "http" : scheme
      guard let connector = self[name] else { throw .unknownConnector(scheme, in: sourceNames, span: span) }
      return connector
    }
    if let format {
      guard let connector = self[format] else { throw .unknownConnector(format, in: sourceNames, span: span) }
      return connector
    }
    if let error = Compression.unsupported(path, span: span) { throw error }
    let suffix = Compression.suffix(of: Compression.inner(path))
    switch suffix {
    case .some(let known) where self[known] != nil && self[known]?.positional.first == "path":
      return self[known] ?? .text
    case .some(let suffix) where ForeignFormat.named(suffix) != nil:
      throw .foreignFormat(suffix, path: path, span: span)
    default: return .text
    }
  }

  /// The scheme of an address such as `http://…`, lower case; nil for a path of files.
  private static func scheme(of path: String) -> String? {
    guard let end = path.range(of: "://") else { return nil }
    let scheme = path[..<end].lowercased()
    let isName = scheme.first?.isLetter ?? false && scheme.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    return isName && scheme != "file" ? scheme : nil
  }

  /// Whether tables `USING` this name are files: also those of formats that are not read here.
  package func isFileFormat(_ name: String) -> Bool {
    self[name]?.positional.first == "path" || ForeignFormat.named(name) != nil
  }
}

extension ConnectorDefinition {
  /// The options by which a string in FROM or INTO says what to read or write: a path of files, else an address, and with it the
  /// format that was named.
  package func options(forPath path: String, format: GivenOption?, span: SourceSpan) throws(SQLError) -> [GivenOption] {
    guard let option = positional.first else {
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_SOURCE", "connector \"\(name)\" has no addresses", span: span, hint: "call it: \(name)(…)")
    }
    if option == "path" { return [GivenOption(option, path, span: span)] }
    // A URL is the address as it stands; others are what is behind the scheme.
    let address = option == "url" ? path : path.range(of: "://").map { String(path[$0...].dropFirst(3)) } ?? path
    return [GivenOption(option, address, span: span)] + (format.map { [$0] } ?? [])
  }
}

/// Formats of files that are not read here, by the names that Spark and others give them.
enum ForeignFormat {
  private static let hints = [
    "parquet": "parquet", "orc": "orc", "avro": "avro", "xml": "xml", "delta": "delta", "iceberg": "iceberg", "hudi": "hudi",
    "binaryfile": "binaryFile", "xlsx": "Excel", "arrow": "Arrow", "feather": "Arrow", "protobuf": "protobuf",
  ]

  /// How the format is called; nil if it is none that is known to be missing.
  static func named(_ name: String) -> String? { hints[name.lowercased()] }
}

extension SQLError {
  static func foreignFormat(_ name: String, path: String?, span: SourceSpan) -> SQLError {
    let format = ForeignFormat.named(name) ?? name
    let columnar = ["parquet", "arrow"].contains(name.lowercased())
    return SQLError(
      .bind, "UNSUPPORTED_DATA_SOURCE", "files in the format \(format) cannot be read or written yet", span: span,
      hint: columnar
        ? "convert them: duckdb -c \"COPY (FROM '\(path ?? "x.parquet")') TO 'x.csv'\""
        : "convert them to csv or json lines, which are read with or without gzip and zstd")
  }
}

extension String {
  /// Where `needle` begins, as the end of what is before it.
  fileprivate func range(of needle: String) -> String.Index? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(needle) { return at }
      at = index(after: at)
    }
    return nil
  }
}
