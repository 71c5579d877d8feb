// Has one call of WASI write sixteen million pieces of a byte each.
//| limits = { cpuMs = 500 }

#include <fcntl.h>
#include <wasi/api.h>

#include "step.h"

enum { PIECES = 16 << 20 };

int main(void) {
    __wasi_ciovec_t *pieces = malloc(PIECES * sizeof *pieces);
    for (int i = 0; i < PIECES; i++) pieces[i] = (__wasi_ciovec_t){(const uint8_t *)"x", 1};
    int file = open("/work/file", O_CREAT | O_RDWR, 0644);
    size_t written = 0;
    errno = __wasi_fd_write(file, pieces, PIECES, &written);
    tell_number("written", (long long)written);
    tell("all at once", -1);
    return finish();
}
