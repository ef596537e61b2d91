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
/// Feeds what is there to read: a character, what was typed ahead behind it, or a paste.
void sq_readline_read_char(void);
/// Where bytes come from: `next` gives one, -1 at the end, -2 for an error; `has_next` whether one comes within so many ms.
void sq_readline_read_with(int (*next)(void), int (*has_next)(int milliseconds));
/// Takes the prompt away and restores the terminal.
void sq_readline_end(void);
/// Ends the line as if Enter had been pressed; for commands bound with `sq_readline_bind`.
void sq_readline_finish_line(void);
/// Drops what was typed, without drawing.
void sq_readline_drop_line(void);

/// From now on `redisplay` draws prompt and input, whenever readline would.
void sq_readline_draw_with(void (*redisplay)(void));
/// Calls that function.
void sq_readline_redraw(void);
/// Draws prompt and input anew on the cursor's line, where readline draws by itself.
void sq_readline_redraw_below(void);
/// Reads .inputrc, so that bindings can be looked at. Text is UTF-8 whatever the locale says.
void sq_readline_initialize(void);
typedef int sq_command(int count, int key);
/// Binds the bytes that a key sends to a function, if it is bound to readline's `standard` function: what the user's
/// .inputrc changed stays. An empty `standard` binds what is not bound.
void sq_readline_bind(const char *sequence, const char *standard, sq_command *command);
/// Runs readline's function of this name.
void sq_readline_call(const char *function, int count, int key);
/// Whether a variable of .inputrc is on.
int sq_readline_is_on(const char *variable);

/// The text being edited, its length and the cursor, in bytes.
const char *sq_readline_text(void);
int sq_readline_length(void);
int sq_readline_point(void);
void sq_readline_move(int point);
void sq_readline_insert(const char *text);
/// Replaces bytes, as one step of undo, and puts the cursor behind.
void sq_readline_replace(int from, int to, const char *text);
/// What stands before the text now: the prompt, or the words of an incremental search.
const char *sq_readline_prompt(void);
/// The terminal has a new size.
void sq_readline_resize(void);
void sq_readline_bell(void);

void sq_history_add(const char *entry);
/// Keeps at most `count` entries.
void sq_history_limit(int count);
/// 0 or an errno.
int sq_history_read(const char *path);
int sq_history_append(int count, const char *path);
int sq_history_truncate(const char *path, int count);
