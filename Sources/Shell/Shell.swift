/// The program: runs what the command line asks for, or a prompt.
public enum Shell {
  /// Runs to the end and returns the exit code of DIALECT §5.
  public static func run(_ options: ShellOptions) -> Int32 {
    Terminal.holdStandardDescriptors()
    let run = ShellRun(options)
    let code = run.main()
    return run.finalCode(code)
  }
}
