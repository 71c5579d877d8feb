// Calls itself for ever.

#include <stdio.h>

__attribute__((noinline)) static int deeper(volatile int *depth) {
    volatile int local = *depth + 1;
    return local ? deeper(&local) + local : 0;
}

int main(void) {
    int depth = 0;
    fputs("going down\n", stderr);
    return deeper(&depth);
}
