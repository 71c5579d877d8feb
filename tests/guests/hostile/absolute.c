// Names files of the machine by absolute paths, past the C library, which knows none but /work and /tmp.

#include <wasi/api.h>

#include "step.h"

enum { WORK = 3 };

static void tell_errno(const char *name, __wasi_errno_t error) {
    tell_text(name, error ? strerror(error) : "done");
}

static __wasi_errno_t open_at(const char *path, __wasi_oflags_t flags) {
    __wasi_fd_t opened;
    return __wasi_path_open(WORK, 0, path, flags, __WASI_RIGHTS_FD_READ, 0, 0, &opened);
}

int main(void) {
    __wasi_fd_t opened;
    tell_errno("passwd", open_at("/etc/passwd", 0));
    tell_errno("two slashes", open_at("//etc/passwd", 0));
    tell_errno("root", open_at("/", __WASI_OFLAGS_DIRECTORY));
    tell_errno("nothing", open_at("", 0));
    tell_errno("environment", open_at("/proc/self/environ", 0));
    tell_errno("descriptor", open_at("/proc/self/fd/0", 0));
    tell_errno("write", open_at("/tmp/escaped", __WASI_OFLAGS_CREAT));
    tell_errno("make a directory", __wasi_path_create_directory(WORK, "/tmp/escaped"));
    tell_errno("remove", __wasi_path_unlink_file(WORK, "/etc/passwd"));
    tell_errno("from no directory", __wasi_path_open(0, 0, "x", 0, 0, 0, 0, &opened));
    tell_errno("from a descriptor of the host", __wasi_path_open(5, 0, "x", 0, 0, 0, 0, &opened));
    return finish();
}
