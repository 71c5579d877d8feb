// Fills the disk with what is kept for undoing: files that are renamed, so as not to be known any more, then changed or
// removed.
//| limits = { diskBytes = 1000000 }

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

static char block[500000];

static void make(const char *path) {
    int file = open(path, O_CREAT | O_WRONLY, 0644);
    if (file < 0 || write(file, block, sizeof block) != sizeof block || close(file)) exit(3);
}

// Opens a file to be changed, without changing it.
static void touch(const char *path) {
    int file = open(path, O_WRONLY);
    if (file < 0 || close(file)) exit(4);
}

int main(void) {
    for (int round = 0; round < 20; round++) {
        make("/work/one");
        if (rename("/work/one", "/work/two")) exit(5);
        touch("/work/two");
        if (mkdir("/work/dir", 0755) || rename("/work/two", "/work/dir/three")) exit(6);
        if (rename("/work/dir", "/work/moved")) exit(7);
        touch("/work/moved/three");
        if (unlink("/work/moved/three") || rmdir("/work/moved")) exit(8);
    }
    // The test looks at the directory meanwhile.
    fputs("all rounds are done\n", stderr);
    for (;;) sleep(1000);
}
