// c-http is a step without an SDK, in C with nothing but the C library: the example of how little it takes.
//
// It asks a URL twice. The first attempt keeps the status it saw as state and returns "running", so that the step is
// run again a second later; the next attempt asks again and succeeds with both statuses and the text.
//
//   clang --target=wasm32-wasi -std=c17 -O2 -Wall -Wextra -fuse-ld=lld -Wl,--strip-all main.c -o c-http.wasm
//
// What a step is given: the request as JSON on standard input, the work directory as /work, and the calls of the
// contract by the three functions that are imported below. What it says: a JSON object on standard output and exit code
// 0, or a message on standard error and another exit code.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The exit codes of a step. All others are "errored, may be tried again".
enum {
    FAILED = 1,  // the outcome is bad and stays so
    ERRORED = 2, // it could not be carried out this time
    USAGE = 64,  // 64 to 78: it could not be carried out and never will be
};

#define HOST(name) __attribute__((import_module("windlass:step/call@0.1.0"), import_name(name)))

// Sends a call and returns a handle to its answer; below zero if the host does not take it.
HOST("call") int32_t host_call(const char *request, size_t length);
// Copies the next bytes of an answer into a buffer of ours and returns how many; 0 at the end.
HOST("read") int32_t host_read(int32_t handle, char *buffer, size_t length);
// Drops an answer.
HOST("close") int32_t host_close(int32_t handle);

// A piece of text. A value that is not there has no start.
typedef struct {
    const char *start, *end;
} Text;

// Ends the step; the last line of standard error is its message.
static _Noreturn void end_step(int code, const char *message) {
    fprintf(stderr, "%s\n", message);
    exit(code);
}

// Makes room for `more` bytes after the first `length` of a buffer.
static char *grow(char *buffer, size_t length, size_t more) {
    char *grown = realloc(buffer, length + more);
    if (!grown) end_step(ERRORED, "there is not enough memory");
    return grown;
}

// --- A reader for JSON, of the kind that only finds members. Numbers and strings stay as they are written. ---

static const char *skip_space(Text text) {
    while (text.start < text.end && strchr(" \t\r\n", *text.start)) text.start++;
    return text.start;
}

// Where the string that begins here ends.
static const char *skip_string(Text text) {
    for (const char *at = text.start + 1; at < text.end; at++) {
        if (*at == '\\') at++;
        else if (*at == '"') return at + 1;
    }
    return text.end;
}

// Where the value that begins here ends. Brackets are counted, not followed, so that no input is too deep.
static const char *skip_value(Text text) {
    int depth = 0;
    do {
        if (text.start >= text.end) return text.end;
        if (*text.start == '"') {
            text.start = skip_string(text);
            continue;
        }
        if (strchr("{[", *text.start)) depth++;
        if (strchr("}]", *text.start)) depth--;
        text.start++;
    } while (depth > 0 || (text.start < text.end && !strchr(",}] \t\r\n", *text.start)));
    return text.start;
}

// The value of a member of an object.
static Text member(Text object, const char *name) {
    Text rest = {skip_space(object), object.end};
    if (!object.start || rest.start >= rest.end || *rest.start != '{') return (Text){0};
    rest.start++;
    while ((rest.start = skip_space(rest)) < rest.end && *rest.start == '"') {
        Text key = {rest.start + 1, skip_string(rest) - 1};
        rest.start = skip_string(rest);
        rest.start = skip_space(rest);
        if (rest.start >= rest.end || *rest.start != ':') break;
        rest.start++;
        Text value = {skip_space(rest), rest.end};
        value.end = skip_value(value);
        if ((size_t)(key.end - key.start) == strlen(name) && !memcmp(key.start, name, strlen(name))) return value;
        rest.start = value.end;
        rest.start = skip_space(rest);
        if (rest.start < rest.end && *rest.start == ',') rest.start++;
    }
    return (Text){0};
}

static int is_string(Text value) {
    return value.start && value.end - value.start >= 2 && *value.start == '"';
}

static int is_number(Text value) {
    return value.start && value.start < value.end && strchr("-0123456789", *value.start);
}

// --- The calls. ---

static Text call(const char *request) {
    int32_t handle = host_call(request, strlen(request));
    if (handle < 0) end_step(ERRORED, "the host does not take the call");
    char *answer = NULL;
    size_t length = 0;
    for (;;) {
        const size_t room = 16 << 10;
        answer = grow(answer, length, room);
        int32_t read = host_read(handle, answer + length, room);
        if (read < 0) end_step(ERRORED, "the host does not give the answer");
        if (read == 0) break;
        length += (size_t)read;
    }
    host_close(handle);
    return (Text){answer, answer + length};
}

// Ends the step with the message of a failed call, on one line.
static _Noreturn void end_with_error(Text kind, Text message) {
    for (const char *at = message.start + 1; at < message.end - 1; at++) {
        int escaped = *at == '\\' && at[1] != 'u';
        if (escaped) at++;
        putc(escaped && strchr("bfnrt", *at) ? ' ' : *at, stderr);
    }
    // A refusal stays one until somebody grants what is missing; the message says what that is.
    end_step(strncmp(kind.start, "\"denied\"", (size_t)(kind.end - kind.start)) ? ERRORED : FAILED, "");
}

// Sends a GET; `url` is a JSON string and goes into the call as it is. Ends the step if the call fails.
static Text get(Text url) {
    static const char format[] = "{\"fn\":\"http.send\",\"args\":{\"method\":\"GET\",\"url\":%.*s,\"headers\":[],"
                                 "\"body\":{\"none\":null},\"effect\":\"read\",\"options\":{}}}";
    size_t size = sizeof format + (size_t)(url.end - url.start);
    char *request = grow(NULL, 0, size);
    snprintf(request, size, format, (int)(url.end - url.start), url.start);
    Text answer = call(request);
    Text error = member(answer, "err"), kind = member(error, "kind"), message = member(error, "message");
    if (is_string(kind) && is_string(message)) end_with_error(kind, message);
    return member(answer, "ok");
}

// Writes base64 as the content of a JSON string. The bytes are taken to be UTF-8.
static void print_body(Text base64) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int count = 0;
    for (const char *at = base64.start; at < base64.end && *at != '='; at++) {
        const char *digit = *at ? strchr(digits, *at) : NULL;
        if (!digit) end_step(ERRORED, "the body is not base64");
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        unsigned char byte = bits >> count & 0xff;
        if (byte < 0x20) printf("\\u%04x", byte);
        else if (byte == '"' || byte == '\\') printf("\\%c", byte);
        else putchar(byte);
    }
}

int main(void) {
    char *input = NULL;
    size_t length = 0, read;
    do {
        input = grow(input, length, 16 << 10);
        read = fread(input + length, 1, 16 << 10, stdin);
        length += read;
    } while (read > 0);
    Text request = {input, input + length};
    Text url = member(member(request, "config"), "url");
    if (!is_string(url)) end_step(USAGE, "config.url is missing: name the URL to ask");
    Text first = member(member(request, "state"), "status");
    Text response = get(url), status = member(response, "status"), body = member(response, "body");
    if (!is_number(status) || !is_string(body)) end_step(ERRORED, "the answer has neither ok nor err");
    int now = (int)(status.end - status.start), before = (int)(first.end - first.start);
    if (!is_number(first)) {
        printf("{\"windlass\":{\"status\":\"running\",\"state\":{\"status\":%.*s},\"retryAfterMs\":1000}}\n", now,
               status.start);
        return 0;
    }
    printf("{\"windlass\":{\"status\":\"succeeded\",\"output\":{\"first\":%.*s,\"second\":%.*s,\"body\":\"",
           before, first.start, now, status.start);
    print_body((Text){body.start + 1, body.end - 1});
    puts("\"}}}");
    return ferror(stdout) ? ERRORED : 0;
}
