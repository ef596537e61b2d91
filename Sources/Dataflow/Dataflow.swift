// The room `Dataflow`; see ARCHITECTURE.md.
