package import Diagnostics

extension ConnectorRegistry {
  /// The connector that reads a path: as ``connector(forPath:format:span:)``, and where the name says nothing, by what is
  /// there. A folder is read as its first file is named; a file whose first record begins with `{` is JSON, else text.
  package func connector(
    readingPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    let named = try connector(forPath: path, format: format, span: span)
    let ownSuffix = path.split(separator: "/").last.map { $0.hasSuffix(".txt") || $0.hasSuffix(".text") } ?? false
    // A path that cannot be listed is left to the reader, whose error names it.
    guard format == nil, named.name == "text", !ownSuffix, !path.contains("://"), let json = self["json"],
      let first = try? FileListing.files(at: path, span: span).first(where: { $0.bytes > 0 })
    else { return named }
    if first.path != FileListing.localPath(path) {
      let inner = try connector(forPath: first.path, format: nil, span: span)
      if inner.name != "text" { return inner }
    }
    return FileListing.beginsWithObject(first.path) ? json : named
  }

  /// The connector for a string in FROM or INTO: by format if one is named, by URL scheme, else by suffix.
  package func connector(
    forPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    if let format {
      guard let connector = self[format] else { throw .unknownConnector(format, in: sourceNames, span: span) }
      return connector
    }
    if let scheme = path.range(of: "://") {
      let name = String(path[..<scheme])
      guard let connector = self[name] else { throw .unknownConnector(name, in: sourceNames, span: span) }
      return connector
    }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let suffix = file.split(separator: ".").dropFirst().last.map { $0.lowercased() }
    switch suffix {
    case .some(let known) where self[known] != nil && self[known]?.positional.first == "path":
      return self[known] ?? .text
    case "parquet", "orc", "avro", "gz", "zst":
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_SOURCE", "files of suffix .\(suffix ?? "") cannot be read yet", span: span,
        hint: "read the lines as text: text.`\(path)`")
    default: return .text
    }
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
