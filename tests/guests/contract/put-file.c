// Writes a file, in place of one that may be there; in recorded promotions it stands for steps that change files.

#include "../hostile/step.h"
#include <sys/stat.h>

// The text at a member of the configuration, with the escapes that the recorded cases use taken back.
static char *text(const char *input, const char *name) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", name);
    const char *at = strstr(input, quoted);
    if (!at) exit(64);
    char *out = malloc(strlen(at)), *end = out;
    for (at += strlen(quoted); *at && *at != '"'; at++) {
        if (*at == '\\') *end++ = *++at == 'n' ? '\n' : *at;
        else *end++ = *at;
    }
    *end = 0;
    return out;
}

int main(void) {
    static char input[1 << 16], path[4096];
    fread(input, 1, sizeof input - 1, stdin);
    snprintf(path, sizeof path, "/work/%s", text(input, "path"));
    for (char *slash = strchr(path + 6, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return 1;
    }
    fputs(text(input, "contents"), file);
    return fclose(file) ? 1 : 0;
}
