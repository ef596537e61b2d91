import Glibc

exit(StreamSQLCommand.run(Array(CommandLine.arguments.dropFirst())))
