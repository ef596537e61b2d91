// The room `Expressions`; see ARCHITECTURE.md.
