// The room `Diagnostics`; see ARCHITECTURE.md.
