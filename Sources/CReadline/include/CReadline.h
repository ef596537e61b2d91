// GNU readline, opened when a terminal asks for it: a process without a prompt never loads the library.
//
// readline is under the GPL. Only the shell uses this target; the engine library does not.
#pragma once

/// Loads the library and sets it up for `name` in .inputrc conditions. 0 on success; else the loader's words are in
/// `sq_readline_error`.
int sq_readline_load(const char *name);
const char *sq_readline_error(void);

/// Shows `prompt` and from now on hands each finished line (malloc'ed, NULL at end of input) to `handler`.
void sq_readline_begin(const char *prompt, void (*handler)(char *line));
/// Feeds one character from stdin.
void sq_readline_read_char(void);
/// Takes the prompt away and restores the terminal.
void sq_readline_end(void);
/// Erases prompt and input, so that other text can be printed there.
void sq_readline_hide(void);
/// Draws prompt and input again.
void sq_readline_show(void);
/// Drops what was typed and starts a fresh prompt on the next line.
void sq_readline_cancel_line(void);
/// The terminal has a new size.
void sq_readline_resize(void);

void sq_history_add(const char *entry);
/// Keeps at most `count` entries.
void sq_history_limit(int count);
/// 0 or an errno.
int sq_history_read(const char *path);
int sq_history_append(int count, const char *path);
int sq_history_truncate(const char *path, int count);
