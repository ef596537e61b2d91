#include "CReadline.h"

#include <dlfcn.h>
#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void line_handler(char *);

static void *library;
static char failure[256];

static char **p_line_buffer, **p_display_prompt;
static int *p_end, *p_point, *p_done, *p_write_timestamps;
static char *p_comment_char;
static void (**p_redisplay_function)(void);
static int (**p_getc_function)(FILE *);
static int (**p_input_available_hook)(void);
static const char **p_readline_name;
static int *p_catch_signals, *p_catch_sigwinch;
static FILE **p_outstream;
static void (*f_callback_handler_install)(const char *, line_handler *);
static void (*f_callback_read_char)(void);
static void (*f_callback_handler_remove)(void);
static void (*f_callback_sigcleanup)(void);
static int (*f_set_keyboard_input_timeout)(int);
static int (*f_clear_pending_input)(void);
static int (*f_initialize)(void);
static int (*f_bind_keyseq_in_map)(const char *, sq_command *, void *);
static sq_command *(*f_function_of_keyseq)(const char *, void *, int *);
static sq_command *(*f_named_function)(const char *);
static void *(*f_get_keymap_by_name)(const char *);
static char *(*f_variable_value)(const char *);
static int (*f_insert_text)(const char *);
static int (*f_delete_text)(int, int);
static int (*f_begin_undo_group)(void);
static int (*f_end_undo_group)(void);
static int (*f_ding)(void);
static void (*f_replace_line)(const char *, int);
static int (*f_on_new_line)(void);
static void (*f_redisplay)(void);
static void (*f_resize_terminal)(void);
static void (*f_free_line_state)(void);
static void (*f_using_history)(void);
static void (*f_add_history)(const char *);
static void (*f_stifle_history)(int);
static int (*f_read_history)(const char *);
static int (*f_append_history)(int, const char *);
static int (*f_history_truncate_file)(const char *, int);

static int resolve(void *target, const char *name) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) {
    snprintf(failure, sizeof failure, "libreadline has no %s", name);
    return 1;
  }
  memcpy(target, &symbol, sizeof symbol);
  return 0;
}

int sq_readline_load(const char *name) {
  if (library != NULL) return 0;
  library = dlopen("libreadline.so.8", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(failure, sizeof failure, "%s", dlerror());
    return 1;
  }
  if (resolve(&p_readline_name, "rl_readline_name") || resolve(&p_catch_signals, "rl_catch_signals") ||
      resolve(&p_catch_sigwinch, "rl_catch_sigwinch") || resolve(&p_outstream, "rl_outstream") ||
      resolve(&f_callback_handler_install, "rl_callback_handler_install") ||
      resolve(&f_callback_read_char, "rl_callback_read_char") ||
      resolve(&f_callback_handler_remove, "rl_callback_handler_remove") ||
      resolve(&f_callback_sigcleanup, "rl_callback_sigcleanup") ||
      resolve(&p_line_buffer, "rl_line_buffer") || resolve(&p_display_prompt, "rl_display_prompt") ||
      resolve(&p_end, "rl_end") || resolve(&p_point, "rl_point") || resolve(&p_done, "rl_done") ||
      resolve(&p_write_timestamps, "history_write_timestamps") ||
      resolve(&p_comment_char, "history_comment_char") ||
      resolve(&p_redisplay_function, "rl_redisplay_function") || resolve(&p_getc_function, "rl_getc_function") ||
      resolve(&p_input_available_hook, "rl_input_available_hook") ||
      resolve(&f_set_keyboard_input_timeout, "rl_set_keyboard_input_timeout") ||
      resolve(&f_clear_pending_input, "rl_clear_pending_input") || resolve(&f_initialize, "rl_initialize") ||
      resolve(&f_bind_keyseq_in_map, "rl_bind_keyseq_in_map") ||
      resolve(&f_function_of_keyseq, "rl_function_of_keyseq") ||
      resolve(&f_named_function, "rl_named_function") ||
      resolve(&f_get_keymap_by_name, "rl_get_keymap_by_name") ||
      resolve(&f_variable_value, "rl_variable_value") || resolve(&f_insert_text, "rl_insert_text") ||
      resolve(&f_delete_text, "rl_delete_text") || resolve(&f_begin_undo_group, "rl_begin_undo_group") ||
      resolve(&f_end_undo_group, "rl_end_undo_group") || resolve(&f_ding, "rl_ding") || resolve(&f_replace_line, "rl_replace_line") ||
      resolve(&f_on_new_line, "rl_on_new_line") || resolve(&f_redisplay, "rl_redisplay") ||
      resolve(&f_resize_terminal, "rl_resize_terminal") || resolve(&f_free_line_state, "rl_free_line_state") ||
      resolve(&f_using_history, "using_history") || resolve(&f_add_history, "add_history") ||
      resolve(&f_stifle_history, "stifle_history") || resolve(&f_read_history, "read_history") ||
      resolve(&f_append_history, "append_history") ||
      resolve(&f_history_truncate_file, "history_truncate_file")) {
    dlclose(library);
    library = NULL;
    return 1;
  }
  *p_readline_name = name;
  // Signals are the shell's own: a handler of readline's would run on any thread.
  *p_catch_signals = 0;
  *p_catch_sigwinch = 0;
  // Entries of several lines can be told apart in the file only if each has its time before it.
  *p_write_timestamps = 1;
  *p_comment_char = '#';
  f_using_history();
  return 0;
}

const char *sq_readline_error(void) { return failure; }

// Readline asks the environment what characters are, each time it begins. A locale that is not UTF-8 (LANG=C in a container)
// would make it delete half of an é.
static int in_utf8(int (*begin)(void)) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return begin();
  const char *old = getenv("LC_ALL");
  char *saved = old != NULL ? strdup(old) : NULL;
  setenv("LC_ALL", "C.UTF-8", 1);
  const int result = begin();
  if (saved != NULL) {
    setenv("LC_ALL", saved, 1);
  } else {
    unsetenv("LC_ALL");
  }
  free(saved);
  return result;
}

static const char *next_prompt;
static line_handler *next_handler;

static int install(void) {
  f_callback_handler_install(next_prompt, next_handler);
  return 0;
}

void sq_readline_begin(const char *prompt, void (*handler)(char *)) {
  next_prompt = prompt;
  next_handler = handler;
  in_utf8(install);
}
void sq_readline_read_char(void) { f_callback_read_char(); }

static int (*next_byte)(void);
static int (*has_byte)(int);

static int read_next(FILE *stream) {
  (void)stream;
  return next_byte();
}

// How long readline would wait: for the rest of a key's sequence, or not at all.
static int look_for_next(void) { return has_byte(f_set_keyboard_input_timeout(-1) / 1000); }

void sq_readline_read_with(int (*next)(void), int (*has_next)(int milliseconds)) {
  next_byte = next;
  has_byte = has_next;
  *p_getc_function = read_next;
  *p_input_available_hook = look_for_next;
}

void sq_readline_end(void) { f_callback_handler_remove(); }

void sq_readline_finish_line(void) { *p_done = 1; }

void sq_readline_drop_line(void) {
  f_free_line_state();
  f_callback_sigcleanup();
  f_clear_pending_input();
  f_replace_line("", 0);
}

void sq_readline_draw_with(void (*redisplay)(void)) { *p_redisplay_function = redisplay; }
void sq_readline_redraw(void) { (*p_redisplay_function)(); }

void sq_readline_redraw_below(void) {
  f_on_new_line();
  f_redisplay();
}

void sq_readline_initialize(void) { in_utf8(f_initialize); }

// What .inputrc would write for these bytes.
static void spell(const char *sequence, char *spelling, size_t room) {
  size_t length = 0;
  for (; *sequence != '\0' && length + 5 < room; sequence++) {
    const unsigned char byte = (unsigned char)*sequence;
    if (byte == 0x1b) {
      length += (size_t)snprintf(spelling + length, room - length, "\\e");
    } else if (byte < 0x20) {
      length += (size_t)snprintf(spelling + length, room - length, "\\C-%c", byte + 0x60);
    } else {
      spelling[length++] = (char)byte;
      spelling[length] = '\0';
    }
  }
}

void sq_readline_bind(const char *sequence, const char *standard, sq_command *command) {
  char spelling[64] = "";
  spell(sequence, spelling, sizeof spelling);
  static const char *const names[] = {"emacs-standard", "vi-insert"};
  sq_command *expected = standard[0] == '\0' ? NULL : f_named_function(standard);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    void *map = f_get_keymap_by_name(names[i]);
    int kind = 0;
    if (map == NULL) continue;
    // 0: a function; a macro or a longer sequence is the user's.
    sq_command *bound = f_function_of_keyseq(sequence, map, &kind);
    if (kind == 0 && bound == expected) f_bind_keyseq_in_map(spelling, command, map);
  }
}

void sq_readline_call(const char *function, int count, int key) {
  sq_command *command = f_named_function(function);
  if (command != NULL) command(count, key);
}

int sq_readline_is_on(const char *variable) {
  const char *value = f_variable_value(variable);
  return value != NULL && strcmp(value, "on") == 0;
}

const char *sq_readline_text(void) { return *p_line_buffer != NULL ? *p_line_buffer : ""; }
int sq_readline_length(void) { return *p_end; }
int sq_readline_point(void) { return *p_point; }
void sq_readline_move(int point) { *p_point = point < 0 ? 0 : point > *p_end ? *p_end : point; }
void sq_readline_insert(const char *text) { f_insert_text(text); }

void sq_readline_replace(int from, int to, const char *text) {
  f_begin_undo_group();
  f_delete_text(from, to);
  *p_point = from;
  f_insert_text(text);
  f_end_undo_group();
}

const char *sq_readline_prompt(void) { return *p_display_prompt != NULL ? *p_display_prompt : ""; }
void sq_readline_bell(void) { f_ding(); }

void sq_readline_resize(void) { f_resize_terminal(); }

void sq_history_add(const char *entry) { f_add_history(entry); }
void sq_history_limit(int count) { f_stifle_history(count); }
int sq_history_read(const char *path) { return f_read_history(path); }
int sq_history_append(int count, const char *path) { return f_append_history(count, path); }
int sq_history_truncate(const char *path, int count) { return f_history_truncate_file(path, count); }
