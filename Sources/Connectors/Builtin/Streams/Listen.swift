internal import Columnar
internal import Diagnostics

private enum ListenOptions {
  static let address = OptionDefinition(
    "address", aliases: ["host"], .string, default: "127.0.0.1",
    "port, or address:port; without an address this machine alone can send (127.0.0.1)")
  static let port = OptionDefinition("port", .integer, "port to listen on")
  static let senders = OptionDefinition(
    "senders", .integer, "ends when so many senders have come and gone; without it never")
}

extension ConnectorDefinition {
  /// Lines that others send here.
  package static let listen = ConnectorDefinition.stream(
    "listen", "Lines that TCP clients send to a port of this machine, such as `nc HOST PORT`; several at a time.",
    options: [ListenOptions.address, ListenOptions.port, ListenOptions.senders], positional: ["address", "port"],
    canEnd: { (options) throws(SQLError) in options[ListenOptions.senders.name] != nil }
  ) { (request, malformed) throws(SQLError) in
    var options = request.options
    let text = options.text(ListenOptions.address)?.trimmingSpaces() ?? ""
    if Int(text) != nil {
      options.set("address", "127.0.0.1:\(text)", span: options.span(of: "address") ?? request.span)
    }
    guard let place = try options.hostAndPort(ListenOptions.address, ListenOptions.port) else {
      throw SQLError(
        .bind, "INVALID_OPTION_VALUE", "listen needs a port from 1 to 65535, found '\(text)'",
        span: options.span(of: "address") ?? request.span, hint: "for example listen(9999) or listen('0.0.0.0:9999')")
    }
    return ListenFeed(
      host: place.host, port: place.port, lineBytesMax: try LineOptions.lineBytesMax(options),
      sendersTotal: try options.count(ListenOptions.senders), malformed: malformed)
  }
}
