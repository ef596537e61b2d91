import Diagnostics

extension AST {
  package enum Literal: Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(NumberLiteral)
    case string(StringLiteral)
    /// `X'1F2E'`, decoded.
    case binary([UInt8])
    /// `DATE '2024-01-31'`; the binder checks the text.
    case typed(TypedLiteralType, StringLiteral)
    case interval(IntervalLiteral)
  }

  package enum TypedLiteralType: Equatable, Sendable, CaseIterable {
    case date, timestamp, timestampNTZ, timestampLTZ
  }

  /// A number as written, with its sign if one stands right before it.
  package struct NumberLiteral: Equatable, Sendable {
    package enum Kind: Equatable, Sendable, CaseIterable {
      /// No suffix: int, bigint or decimal, by size.
      case integer
      /// `1Y`, `1S`, `1L`
      case tinyint, smallint, bigint
      /// `1.5` without suffix, and `1.5BD`
      case decimal, bigDecimal
      /// `1F`, and `1D` or `1e3`
      case float, double
    }

    /// Digits, at most one point, perhaps an exponent, no suffix; may begin with `-`.
    package var text: String
    package var kind: Kind

    package init(text: String, kind: Kind) {
      self.text = text
      self.kind = kind
    }
  }

  package enum IntervalUnit: String, Equatable, Sendable, CaseIterable {
    case year = "YEAR"
    case quarter = "QUARTER"
    case month = "MONTH"
    case week = "WEEK"
    case day = "DAY"
    case hour = "HOUR"
    case minute = "MINUTE"
    case second = "SECOND"
    case millisecond = "MILLISECOND"
    case microsecond = "MICROSECOND"
    case nanosecond = "NANOSECOND"
  }

  /// An interval as written; `IntervalLiteral.value()` computes it.
  package enum IntervalLiteral: Equatable, Sendable {
    /// `INTERVAL '1 day 2 hours'`
    case text(StringLiteral)
    /// `INTERVAL '5' SECOND`, `INTERVAL 1 DAY 2 HOURS`
    case units([IntervalField])
    /// `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL -'1 02:03:04' DAY TO SECOND`
    case range(StringLiteral, isNegative: Bool, from: IntervalUnit, to: IntervalUnit)
  }

  package struct IntervalField: Equatable, Sendable {
    /// A number, perhaps with a sign and a fraction.
    package var value: String
    package var unit: IntervalUnit
    @NotCompared package var span: SourceSpan
  }

  /// How long: `8 SECONDS`, `'8 seconds'`, `INTERVAL '8' SECOND`, `30s`; never negative, no months.
  package struct Duration: Equatable, Sendable {
    package var micros: Int64
    @NotCompared package var span: SourceSpan

    package init(micros: Int64, span: SourceSpan = .none) {
      self.micros = micros
      self.span = span
    }
  }
}
