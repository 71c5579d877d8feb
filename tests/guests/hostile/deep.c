// Says a JSON value, and makes a call, of a hundred thousand lists in each other.

#include "step.h"

enum { DEPTH = 100000 };

int main(void) {
    char *lists = malloc(DEPTH + 64);
    size_t head = (size_t)sprintf(lists, "{\"fn\":\"attempt.getMode\",\"args\":");
    memset(lists + head, '[', DEPTH - head);
    int32_t handle = host_call(lists, DEPTH);
    char answer[1024] = {0};
    host_read(handle, answer, sizeof answer - 1);
    fprintf(stderr, "%s\n", strstr(answer, "\"code\":\"call-not-json\"") ? "the call is refused" : answer);
    fputs("{\"deep\":", stdout);
    memset(lists, '[', DEPTH);
    fwrite(lists, 1, DEPTH, stdout);
    return 0;
}
