// Fills the disk with one file, written, and another, stretched.
//| limits = { diskBytes = 1000000 }

#include <fcntl.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    static char block[10000];
    int file = open("/work/full", O_CREAT | O_WRONLY, 0644), stretched = open("/tmp/wide", O_CREAT | O_WRONLY, 0644);
    long long written = 0;
    for (ssize_t count; (count = write(file, block, sizeof block)) > 0;) written += count;
    tell_number("written", written);
    tell("next", -1);
    tell("stretched", ftruncate(stretched, 1LL << 40));
    return finish();
}
