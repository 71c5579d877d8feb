// Makes files, directories and links without end.
//| limits = { diskFiles = 100 }

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    char path[32];
    int made = -1, result;
    do {
        made++;
        snprintf(path, sizeof path, "%s/%d", made % 2 ? "/work" : "/tmp", made);
        if (made % 3 == 0) result = mkdir(path, 0755);
        else if (made % 3 == 1) result = symlink("none", path);
        else result = open(path, O_CREAT | O_RDWR, 0644);
    } while (result >= 0);
    tell_number("made", made);
    tell("next", -1);
    return finish();
}
