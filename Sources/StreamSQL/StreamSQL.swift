// The room `StreamSQL`; see ARCHITECTURE.md.
