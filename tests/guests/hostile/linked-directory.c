// Turns a directory of a worktree into a link that leads out of the work directory.

#include <unistd.h>

#include "step.h"

int main(void) {
    if (chdir("/work/src")) return 3;
    if (unlink("base/deployment.yaml") || unlink("base/kustomization.yaml") || rmdir("base")) return 4;
    return symlink("../../git", "base") ? 5 : 0;
}
