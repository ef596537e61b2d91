// The room `SQLSyntax`; see ARCHITECTURE.md.
