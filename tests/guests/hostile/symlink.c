// Makes links that lead out of the work directory, and goes through them.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "step.h"

int main(void) {
    struct stat stat_of;
    close(open("/work/file", O_CREAT | O_RDWR, 0644));
    tell("to an absolute path", symlink("/etc/passwd", "/work/absolute"));
    // Whatever a link says is only text, until somebody goes where it leads.
    tell("to the parent", symlink("..", "/work/up"));
    tell("to a link", symlink("up/../work/up", "/work/chain"));
    tell("to itself", symlink("loop", "/work/loop"));
    tell("read", open("/work/up/boot", O_RDONLY));
    tell("read by a chain", open("/work/chain/boot", O_RDONLY));
    tell("read in a loop", open("/work/loop", O_RDONLY));
    tell("look", stat("/work/up/boot", &stat_of));
    tell("list", open("/work/up", O_RDONLY | O_DIRECTORY));
    tell("write", open("/work/up/escaped", O_CREAT | O_RDWR, 0644));
    tell("cut", open("/work/up/boot", O_WRONLY | O_TRUNC));
    tell("make a directory", mkdir("/work/up/escaped", 0755));
    tell("make a link", symlink("x", "/work/up/escaped"));
    tell("rename out", rename("/work/file", "/work/up/escaped"));
    tell("rename in", rename("/work/up/boot", "/work/boot"));
    tell("remove", unlink("/work/up/boot"));
    tell("remove a directory", rmdir("/work/up/git"));
    return finish();
}
