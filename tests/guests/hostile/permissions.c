// Has the host look at and change the permissions of what is outside, and give files powers of their own.

#include <unistd.h>

#include "step.h"

static const char *look(const char *path) {
    return call("{\"fn\":\"files.permissions\",\"args\":{\"paths\":[\"%s\"]}}", path);
}

static const char *set(const char *path, int permissions) {
    return call("{\"fn\":\"files.setPermissions\",\"args\":{\"changes\":[[\"%s\",%d]]}}", path, permissions);
}

int main(void) {
    if (symlink("..", "/work/up") || symlink("own", "/work/link")) return 3;
    FILE *own = fopen("/work/own", "w");
    if (!own || fclose(own)) return 3;
    tell_json("look by a link", look("up/boot"));
    tell_json("look by dots", look("../boot"));
    tell_json("look at an absolute path", look("/etc/passwd"));
    tell_json("set by a link", set("up/boot", 0777));
    tell_json("set by dots", set("../../boot", 0777));
    tell_json("set what a link names", set("link", 0777));
    tell_json("set the directory", set("", 0));
    tell_json("set an owner's powers", set("own", 04755));
    tell_json("set a directory's stickiness", set("own", 01777));
    tell_json("set less than nothing", set("own", -1));
    tell_json("set my own", set("own", 0755));
    tell_json("look at my own", look("own"));
    return finish();
}
