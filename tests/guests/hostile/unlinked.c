// Fills the disk with files that it removes while they are open: they take room until they are closed.
//| limits = { diskBytes = 1000000 }

#include <fcntl.h>
#include <unistd.h>

#include "step.h"

// Writes 100 kB into a file of each round; how many bytes were taken.
static long long fill(int is_closed) {
    static char block[100000];
    long long taken = 0;
    for (int round = 0; round < 50; round++) {
        int file = open("/work/file", O_CREAT | O_RDWR | O_EXCL, 0644);
        if (file < 0) exit(3);
        ssize_t written = write(file, block, sizeof block);
        if (unlink("/work/file")) exit(4);
        if (is_closed || written < 0) close(file);
        if (written < 0) break;
        taken += written;
    }
    return taken;
}

int main(void) {
    tell_number("closed", fill(1));
    tell_number("open", fill(0));
    return finish();
}
