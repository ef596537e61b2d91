// PCRE2 for bytes (UTF-8). Linked statically: no library to look up when the process starts.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
