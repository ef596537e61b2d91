/// The version of the engine and the shell.
public let streamSQLVersion = "0.1.0"
