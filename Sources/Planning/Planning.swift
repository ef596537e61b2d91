// The room `Planning`; see ARCHITECTURE.md.
