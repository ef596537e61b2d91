// The room `Columnar`; see ARCHITECTURE.md.
