// Opens a directory with many files again and again, and has each listed without reading on.
//| limits = { handles = 1000 }

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <wasi/api.h>

#include "step.h"

int main(void) {
    char path[32];
    for (int i = 0; i < 4000; i++) {
        snprintf(path, sizeof path, "/work/%d", i);
        int file = open(path, O_CREAT | O_RDWR, 0644);
        if (file < 0 || close(file)) exit(3);
    }
    int listed = 0;
    for (;; listed++) {
        int dir = open("/work", O_RDONLY | O_DIRECTORY);
        uint8_t entries[64];
        size_t filled;
        if (dir < 0) break;
        if ((errno = __wasi_fd_readdir(dir, entries, sizeof entries, 0, &filled))) break;
    }
    tell_number("listed", listed);
    tell("next", -1);
    return finish();
}
