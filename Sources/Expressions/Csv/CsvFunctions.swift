/// CSV in texts, and the schemas of samples.
enum CsvFunctions {
  static let functions: [ScalarFunction] = CsvReading.functions + CsvWriting.functions + TextSchemas.functions
}
