import Connectors
import Diagnostics

/// Taking steps on behalf of statements, and the end of a script.
extension Session {
  /// On a virtual clock: takes the steps that are due, one query after the other in the order of their start, until there
  /// are none. So a script prints the same bytes in every run.
  func settle() {
    if !options.usesVirtualClock || queries.isEmpty { return }
    _ = pass(over: queries) { (query) throws(SQLError) in query.takeDueSteps { [self] in wasInterrupted } }
  }

  /// Everything that is there is processed, in chains of queries too: where one feeds another, the other gets its turn
  /// again. Reports the first failure.
  func processAll(_ queries: [StreamingQuery]) throws(SQLError) {
    openSources()
    expectFailures(of: queries)
    defer { expectFailures(of: []) }
    let failed = pass(over: queries) { (query) throws(SQLError) in try query.processAllAvailable { [self] in wasInterrupted } }
    if let (query, error) = failed {
      // Reported once: the end of the script does not tell of it again.
      forget(query)
      // Others that failed meanwhile counted on this statement to tell.
      for other in queries where other !== query {
        if let failure = other.failure { onFailure?(other.name, failure) }
      }
      throw error
    }
  }

  /// Throws the failure of a query that nobody has heard of.
  func reportFailures() throws(SQLError) {
    for query in queries {
      if case .failed(let error) = query.state {
        forget(query)
        throw error
      }
    }
  }

  /// Gives every query its turn until none takes a step any more, or as often as there are queries: a chain is no longer.
  private func pass(
    over queries: [StreamingQuery], _ turn: (StreamingQuery) throws(SQLError) -> Void
  ) -> (StreamingQuery, SQLError)? {
    for _ in queries {
      var isMoving = false
      for query in queries {
        let before = query.progress.steps
        do throws(SQLError) { try turn(query) } catch { return (query, error) }
        isMoving = isMoving || query.progress.steps != before
      }
      if !isMoving { return nil }
    }
    return nil
  }

  /// The end of a script, as `finishAll`. Throws the first failure.
  package func finish() throws(SQLError) {
    if let failure = finishAll().first { throw failure }
  }

  /// The end of a script: memory streams take no more, started queries are awaited (SEM-5). Gives the failures of queries
  /// that nobody awaited, in order of their start.
  package func finishAll() -> [SQLError] {
    closeUnfedStreams()
    openSources()
    if options.usesVirtualClock { settleAtTheEnd() }
    // Nobody is left who could resume them.
    for query in queries where query.isPaused { query.stop() }
    for query in queries { query.setStepped(false) }
    let keepers = catalog.keepers
    // A view of an endless source goes on as long as somebody may ask for it: to the end of the script.
    let isAwaited: (StreamingQuery) -> Bool = { query in
      !query.state.isOver && (query.plan.root.properties.canEnd || !keepers.contains { $0 === query })
    }
    while queries.contains(where: isAwaited) {
      if wasInterrupted { for query in queries { query.stop() } }
      _ = queries.first(where: isAwaited)?.await(timeoutMicros: QueryStatus.patienceMicros)
      closeUnfedStreams()
    }
    for query in queries where !query.state.isOver {
      query.stop()
      _ = query.await(timeoutMicros: nil)
    }
    return takeFailures()
  }

  /// Nobody moves a virtual clock any more: what is there is processed, then a query that would wait for time or for an
  /// endless source is stopped. Its failure stays in its state.
  private func settleAtTheEnd() {
    for _ in queries {
      let before = queries.map(\.progress.steps)
      for query in queries where !query.isNeverIdle {
        do throws(SQLError) { try query.processAllAvailable { [self] in wasInterrupted } } catch {}
        closeUnfedStreams()
      }
      if queries.map(\.progress.steps) == before { break }
    }
    for query in queries where query.trigger.waitsForTime || !query.plan.root.properties.canEnd {
      query.stop()
      _ = query.await(timeoutMicros: nil)
    }
    closeUnfedStreams()
  }

  /// Memory relations that no running query feeds take no more rows.
  private func closeUnfedStreams() {
    let fed = queries.filter { !$0.state.isOver }.compactMap(\.fedStore)
    catalog.closeMemoryStreams { store in fed.contains { $0 === store } }
  }
}
