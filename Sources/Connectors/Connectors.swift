// The room `Connectors`; see ARCHITECTURE.md.
