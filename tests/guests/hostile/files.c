// Makes files, directories and links without end.
//| limits = { diskFiles = 100 }

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    char path[32];
    int made = 0;
    for (;; made++) {
        snprintf(path, sizeof path, "%s/%d", made % 2 ? "/work" : "/tmp", made);
        if (made % 3 == 0 ? mkdir(path, 0755) : made % 3 == 1 ? symlink("none", path) : open(path, O_CREAT, 0644)) {
            if (made % 3 != 2 || errno == EDQUOT) break;
        }
    }
    tell_number("made", made);
    tell("next", -1);
    return finish();
}
