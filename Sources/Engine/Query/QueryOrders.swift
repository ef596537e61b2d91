/// What a query's thread has been told, beside to stop.
struct QueryOrders {
  enum Request {
    /// To process everything that is there, whatever the trigger says.
    case process
    /// To take the steps that are due.
    case dueSteps
  }

  var isPaused = false
  /// Steps are taken on request alone: the virtual clock, where nothing happens between two statements.
  var isStepped = false
  /// Requests made, the last of them that forces steps, and how many are answered.
  private(set) var requested = 0
  private var lastForcing = 0
  private var answered = 0

  /// The ticket of the request.
  mutating func add(_ request: Request) -> Int {
    requested += 1
    if request == .process { lastForcing = requested }
    return requested
  }

  var isAsked: Bool { requested > answered }
  var isForced: Bool { lastForcing > answered }
  func isAnswered(_ ticket: Int) -> Bool { answered >= ticket }
  mutating func answer(_ ticket: Int) { answered = max(answered, ticket) }
}
