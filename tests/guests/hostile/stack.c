// Calls itself for ever.

#include <stdio.h>

static volatile int bottom;

__attribute__((noinline)) static int deeper(int depth) {
    // No compiler makes a loop of this.
    return depth == bottom ? 0 : deeper(depth + 1) / 3 + depth;
}

int main(void) {
    fputs("going down\n", stderr);
    bottom = -1;
    return deeper(1);
}
