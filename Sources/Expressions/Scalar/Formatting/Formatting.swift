/// Values laid out by a format, and read by one; a file a kind of format.
enum Formatting {
  static let all: [ScalarFunction] = PrintfFunctions.functions + NumberFormatting.functions + TemplateFunctions.functions
}
