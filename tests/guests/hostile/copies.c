// Has the host copy what is outside in, and what is inside out.

#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

static const char *copy(const char *from, const char *to) {
    return call("{\"fn\":\"files.copy\",\"args\":{\"copies\":[[\"%s\",\"%s\"]]}}", from, to);
}

// Like `call`, with an argument of any length.
static const char *call_long(const char *format, const char *argument) {
    static char answer[1 << 12];
    size_t size = strlen(format) + strlen(argument);
    char *request = malloc(size);
    int32_t handle = host_call(request, (size_t)snprintf(request, size, format, argument));
    if (handle < 0) exit(2);
    int32_t read = host_read(handle, answer, sizeof answer - 1);
    host_close(handle);
    answer[read > 0 ? read : 0] = 0;
    return answer;
}

int main(void) {
    if (symlink("..", "/work/up") || symlink("own", "/work/link") || symlink("../boot", "/work/out")) return 3;
    if (mkdir("/work/dir", 0755)) return 3;
    FILE *own = fopen("/work/own", "w");
    if (!own || fputs("mine", own) < 0 || fclose(own)) return 3;
    tell_json("in by a link", copy("up/boot", "in"));
    tell_json("in by dots", copy("../boot", "in"));
    tell_json("in from an absolute path", copy("/etc/passwd", "in"));
    tell_json("in by the name of a link", copy("out", "in"));
    tell_json("out by a link", copy("own", "up/escaped"));
    tell_json("out by dots", copy("own", "../../escaped"));
    tell_json("out to an absolute path", copy("own", "/tmp/escaped"));
    tell_json("over what is outside", copy("own", "out"));
    tell_json("over what a link names", copy("own", "link"));
    tell_json("a directory", copy("dir", "in"));
    tell_json("over a directory", copy("own", "dir"));
    tell_json("over the work directory", copy("own", ""));
    tell_json("to itself", copy("own", "./own"));
    tell_json("over itself again",
              call("{\"fn\":\"files.copy\",\"args\":{\"copies\":[[\"own\",\"twice\"],[\"twice\",\"twice\"],[\"own\",\"twice\"]]}}"));
    char *list = malloc(10001 * 14 + 1);
    char *end = list;
    for (int i = 0; i < 10001; i++) end += sprintf(end, "%s[\"own\",\"n\"]", i ? "," : "");
    tell_json("too many", call_long("{\"fn\":\"files.copy\",\"args\":{\"copies\":[%s]}}", list));
    tell_text("one of too many is there", access("/work/n", F_OK) ? "no" : "yes");
    tell_json("some good, then one bad",
              call("{\"fn\":\"files.copy\",\"args\":{\"copies\":[[\"own\",\"first\"],[\"nowhere\",\"second\"],[\"own\",\"third\"]]}}"));
    tell_text("first is there", access("/work/first", F_OK) ? "no" : "yes");
    tell_text("third is there", access("/work/third", F_OK) ? "no" : "yes");
    tell_text("in is there", access("/work/in", F_OK) ? "no" : "yes");
    return finish();
}
