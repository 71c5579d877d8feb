// Puts a Git directory in the place of a worktree's `.git` file: its configuration and hooks run a program wherever Git
// would, its attributes filter every file, and its alternates borrow objects from elsewhere.

#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

static void write_file(const char *path, const char *format, ...) {
    FILE *file = fopen(path, "w");
    if (!file) exit(3);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    if (fclose(file)) exit(4);
}

int main(void) {
    static const char *const DIRS[] = {".git", ".git/hooks", ".git/objects", ".git/objects/info", ".git/refs"};
    static const char *const HOOKS[] = {"pre-commit", "post-commit", "pre-push", "post-checkout", "reference-transaction"};
    const char *program = config("program"), *objects = config("objects");
    char path[128];
    if (chdir("/work/out") || unlink(".git")) return 5;
    for (size_t i = 0; i < sizeof DIRS / sizeof *DIRS; i++) {
        if (mkdir(DIRS[i], 0755)) return 6;
    }
    for (size_t i = 0; i < sizeof HOOKS / sizeof *HOOKS; i++) {
        snprintf(path, sizeof path, ".git/hooks/%s", HOOKS[i]);
        write_file(path, "#!/bin/sh\n%s\n", program);
    }
    write_file(".git/config",
               "[core]\n\tfsmonitor = %1$s\n\tsshCommand = %1$s\n\thooksPath = .git/hooks\n\teditor = %1$s\n"
               "[filter \"harm\"]\n\tclean = %1$s\n\tsmudge = %1$s\n\trequired = true\n"
               "[credential]\n\thelper = !%1$s\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = %1$s\n"
               "[remote \"origin\"]\n\turl = http://127.0.0.1:1/other.git\n[user]\n\tname = Mallory\n\temail = m@example.com\n",
               program);
    write_file(".git/HEAD", "ref: refs/heads/mallory\n");
    write_file(".git/objects/info/alternates", "%s\n", objects);
    write_file(".gitattributes", "* filter=harm\n");
    write_file("file.txt", "written by a step\n");
    return 0;
}
