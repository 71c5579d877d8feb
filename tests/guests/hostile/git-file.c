// Rewrites the `.git` file of a worktree, so that it points to a repository of its own choosing.

#include <fcntl.h>
#include <unistd.h>

#include "step.h"

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) exit(3);
}

int main(void) {
    char text[4096];
    snprintf(text, sizeof text, "gitdir: %s\n", config("dir"));
    write_file("/work/out/.git", text);
    write_file("/work/out/file.txt", "written by a step\n");
    return 0;
}
