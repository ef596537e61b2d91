import ProcessTesting

/// Runs the program under test.
func streamsql(
  _ arguments: String..., input: String = "", folder: String = "/tmp", environment: [String: String] = [:],
  outputPath: String? = nil
) throws -> ChildProcess.Outcome {
  try ChildProcess.run(
    [Locations.program] + arguments, input: input, folder: folder, environment: environment, outputPath: outputPath)
}

/// Starts it and leaves it running.
func startStreamsql(_ arguments: String..., folder: String = "/tmp") throws -> ChildProcess {
  try ChildProcess([Locations.program] + arguments, folder: folder)
}
