// Computes for as long as nobody stops it: a test does.

#include <stdio.h>

int main(void) {
    fputs("computing\n", stderr);
    for (volatile unsigned i = 0;; i++) {}
}
