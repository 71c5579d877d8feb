// Renames a file without end: each time is written down for undoing.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    // A long path makes long records.
    char name[256] = {0};
    if (chdir("/work")) exit(2);
    memset(name, 'd', 250);
    for (int depth = 0; depth < 15; depth++) {
        if (mkdir(name, 0755) || chdir(name)) exit(3);
    }
    int file = open("a", O_CREAT | O_RDWR, 0644), renamed = 0;
    if (file < 0) exit(4);
    while (!rename(renamed % 2 ? "b" : "a", renamed % 2 ? "a" : "b")) renamed++;
    tell_number("renamed", renamed);
    tell("next", -1);
    return finish();
}
