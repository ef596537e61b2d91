#include "CReadline.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef void line_handler(char *);

static void *library;
static char failure[256];

static const char **p_readline_name;
static int *p_catch_signals, *p_catch_sigwinch;
static FILE **p_outstream;
static void (*f_callback_handler_install)(const char *, line_handler *);
static void (*f_callback_read_char)(void);
static void (*f_callback_handler_remove)(void);
static void (*f_callback_sigcleanup)(void);
static int (*f_clear_visible_line)(void);
static int (*f_forced_update_display)(void);
static int (*f_on_new_line)(void);
static void (*f_replace_line)(const char *, int);
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
      resolve(&f_clear_visible_line, "rl_clear_visible_line") ||
      resolve(&f_forced_update_display, "rl_forced_update_display") ||
      resolve(&f_on_new_line, "rl_on_new_line") || resolve(&f_replace_line, "rl_replace_line") ||
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
  f_using_history();
  return 0;
}

const char *sq_readline_error(void) { return failure; }

void sq_readline_begin(const char *prompt, void (*handler)(char *)) { f_callback_handler_install(prompt, handler); }
void sq_readline_read_char(void) { f_callback_read_char(); }
void sq_readline_end(void) { f_callback_handler_remove(); }

void sq_readline_hide(void) {
  f_clear_visible_line();
  // Without this the erasing escape sequences come after the text that follows.
  if (*p_outstream != NULL) fflush(*p_outstream);
}

void sq_readline_show(void) {
  f_on_new_line();
  f_forced_update_display();
}

void sq_readline_cancel_line(void) {
  f_free_line_state();
  f_callback_sigcleanup();
  f_replace_line("", 0);
  if (*p_outstream != NULL) {
    fputs("^C\n", *p_outstream);
    fflush(*p_outstream);
  }
  f_on_new_line();
  f_forced_update_display();
}

void sq_readline_resize(void) { f_resize_terminal(); }

void sq_history_add(const char *entry) { f_add_history(entry); }
void sq_history_limit(int count) { f_stifle_history(count); }
int sq_history_read(const char *path) { return f_read_history(path); }
int sq_history_append(int count, const char *path) { return f_append_history(count, path); }
int sq_history_truncate(const char *path, int count) { return f_history_truncate_file(path, count); }
