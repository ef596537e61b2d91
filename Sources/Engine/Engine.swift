// The room `Engine`; see ARCHITECTURE.md.
