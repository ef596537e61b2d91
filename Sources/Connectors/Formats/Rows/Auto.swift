internal import Columnar

extension RowFormat {
  static let auto = RowFormat("auto", "box on a terminal, line where that is too wide, tsv in a pipe.") {
    request -> any RowEncoder in
    request.columnsMax == nil
      ? DelimitedEncoder(request, style: .tsv)
      : GridEncoder(request, style: .box, columnsMax: request.columnsMax)
  }
}
