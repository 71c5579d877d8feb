// Changes, renames and removes the files of a worktree, adds its own, and traps.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    if (chdir("/work/src")) return 3;
    FILE *changed = fopen("base/deployment.yaml", "a");
    if (!changed || fputs("# vandalised\n", changed) < 0 || fclose(changed)) return 4;
    if (rename("base", "cellar") || rename("env/dev", "cellar/dev")) return 5;
    if (unlink("cellar/dev/kustomization.yaml") || rmdir("cellar/dev")) return 6;
    if (mkdir("base", 0755) || symlink("../cellar", "base/link")) return 7;
    if (open(".gitignore", O_CREAT | O_RDWR, 0644) < 0 || unlink(".git")) return 8;
    __builtin_trap();
}
