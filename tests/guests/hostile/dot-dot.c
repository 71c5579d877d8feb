// Climbs out of the work directory with `..`, past the C library, which would not.

#include <wasi/api.h>

#include "step.h"

enum { WORK = 3, TMP = 4 };

static void tell_errno(const char *name, __wasi_errno_t error) {
    tell_text(name, error ? strerror(error) : "done");
}

static __wasi_errno_t open_at(const char *path, __wasi_oflags_t flags) {
    __wasi_fd_t opened;
    return __wasi_path_open(WORK, 0, path, flags, __WASI_RIGHTS_FD_READ, 0, 0, &opened);
}

int main(void) {
    __wasi_filestat_t stat_of;
    tell_errno("make inside", __wasi_path_create_directory(WORK, "dir"));
    tell_errno("come back", open_at("dir/../dir", 0));
    tell_errno("read", open_at("../boot", 0));
    tell_errno("read by a detour", open_at("dir/../../boot", 0));
    tell_errno("read far", open_at("../../../../../../../../etc/passwd", 0));
    tell_errno("list", open_at("..", __WASI_OFLAGS_DIRECTORY));
    tell_errno("look", __wasi_path_filestat_get(WORK, 0, "../boot", &stat_of));
    tell_errno("write", open_at("../escaped", __WASI_OFLAGS_CREAT));
    tell_errno("make a directory", __wasi_path_create_directory(WORK, "../escaped"));
    tell_errno("make a link", __wasi_path_symlink("x", WORK, "../escaped"));
    tell_errno("rename out", __wasi_path_rename(WORK, "dir", WORK, "../escaped"));
    tell_errno("rename in", __wasi_path_rename(WORK, "../boot", WORK, "boot"));
    tell_errno("rename across", __wasi_path_rename(WORK, "dir", TMP, "dir"));
    tell_errno("link hard", __wasi_path_link(WORK, 0, "../boot", WORK, "boot"));
    tell_errno("remove", __wasi_path_unlink_file(WORK, "../boot"));
    tell_errno("remove a directory", __wasi_path_remove_directory(WORK, "../git"));
    return finish();
}
