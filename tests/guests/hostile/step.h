// What the guests that mean harm share: a text of their configuration, a call of the host, and telling how what they
// tried went.

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST(name) __attribute__((import_module("windlass:step/call@0.1.0"), import_name(name)))

// Sends a call and returns a handle to its answer; below zero if the host does not take it.
HOST("call") int32_t host_call(const char *request, size_t length);
// Copies the next bytes of an answer into a buffer of ours and returns how many; 0 at the end.
HOST("read") int32_t host_read(int32_t handle, char *buffer, size_t length);
// Drops an answer.
HOST("close") int32_t host_close(int32_t handle);

// The text at a member of the configuration. It must hold nothing that JSON escapes.
static inline const char *config(const char *name) {
    static char input[1 << 16];
    static size_t length;
    if (!length) length = fread(input, 1, sizeof input - 1, stdin);
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", name);
    const char *start = strstr(input, quoted);
    if (!start) {
        fprintf(stderr, "config.%s is missing\n", name);
        exit(64);
    }
    start += strlen(quoted);
    return strndup(start, strcspn(start, "\""));
}

// Sends a call, given like to printf, and returns the answer as JSON text.
static inline const char *call(const char *format, ...) {
    static char request[1 << 16], answer[1 << 16];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(request, sizeof request, format, arguments);
    va_end(arguments);
    int32_t handle = host_call(request, (size_t)length);
    if (handle < 0) exit(2);
    size_t filled = 0;
    for (int32_t read; (read = host_read(handle, answer + filled, sizeof answer - 1 - filled)) > 0;)
        filled += (size_t)read;
    host_close(handle);
    answer[filled] = 0;
    return answer;
}

// What is told, one member of the output after the other. `finish` ends it.
static int told;

static inline void tell_text(const char *name, const char *text) {
    printf("%s\"%s\":\"%s\"", told++ ? "," : "{", name, text);
}

static inline void tell_number(const char *name, long long number) {
    printf("%s\"%s\":%lld", told++ ? "," : "{", name, number);
}

static inline void tell_json(const char *name, const char *json) {
    printf("%s\"%s\":%s", told++ ? "," : "{", name, json);
}

// How a call of the C library went: below zero is an error, and `errno` says which.
static inline void tell(const char *name, int result) {
    tell_text(name, result < 0 ? strerror(errno) : "done");
}

static inline int finish(void) {
    puts(told ? "}" : "{}");
    return 0;
}
